import { type EmbeddedStudy } from '@intermodel/pipelines';
import { textTable } from './output.ts';
import { noteLine } from './terminal.ts';

/** Result of a study for programs: the embedding, its categories and how many relations are supported. */
export function studyResult(out: string, { tables, record, files }: EmbeddedStudy): Record<string, unknown> {
  const relations = tables.relations?.toArray();
  return {
    out,
    files,
    options: record.options,
    variance: tables.variance.toArray().map(({ component, variance, ratio }) => ({ component, variance, ratio })),
    models: tables.points
      .toArray()
      .map(({ model, components, cluster }) => ({ model, components: [...components], cluster })),
    ...(relations === undefined
      ? {}
      : {
          relations: {
            tested: relations.length,
            supported: relations
              .filter(({ supported }) => supported)
              .map(({ predictor, column, n, pearson, q }) => ({ predictor, column, n, pearson, q })),
          },
        }),
    warnings: record.warnings,
  };
}

/** The same in words for a terminal. */
export function studyText(out: string, { tables, record, files }: EmbeddedStudy): string {
  const points = tables.points.toArray();
  const components = points[0]?.components.length ?? 0;
  const ratios = tables.variance
    .toArray()
    .slice(0, components)
    .map(({ ratio }) => `${(ratio * 100).toFixed(1)} %`);
  const relations = tables.relations?.toArray() ?? [];
  const supported = relations.filter((relation) => relation.supported);
  return [
    textTable(
      ['model', ...ratios.map((_, index) => `pc${String(index + 1)}`), 'category'],
      points.map(({ model, components, cluster }) => [model, ...components, cluster]),
    ),
    `\nexplained variance: ${ratios.join(', ')}`,
    ...(tables.relations === undefined
      ? []
      : [
          `relations to scores: ${String(supported.length)} of ${String(relations.length)} supported (q <= 0.05 and the 95 % interval excludes 0)`,
        ]),
    ...record.warnings.map(({ subject, text }) => noteLine(subject, text)),
    `\n${String(files.length)} files in ${out}; open ${out}/report.html`,
  ].join('\n');
}
