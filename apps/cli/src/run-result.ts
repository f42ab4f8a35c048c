import type { StudyRun } from '@intermodel/pipelines';
import type { StepCounts } from './run-to-end.ts';
import { textTable } from './output.ts';
import { noteLine } from './terminal.ts';

/** Result of a run for programs: what each model's units match, and the embedding if there is one. */
export function runResult(
  out: string,
  { tables, record, files, models }: StudyRun,
  steps: StepCounts,
): Record<string, unknown> {
  return {
    out,
    files,
    steps,
    models: models.map(({ model, layers }) => ({
      model: model.name,
      layers: layers.map(({ layer, images, summary }) => ({ layer, images, ...summary })),
    })),
    ...(tables.points === undefined
      ? {}
      : {
          embedding: tables.points
            .toArray()
            .map(({ model, components, cluster }) => ({ model, components: [...components], cluster })),
        }),
    ...(tables.relations === undefined
      ? {}
      : {
          relations: {
            tested: tables.relations.numRows,
            supported: tables.relations.toArray().filter(({ supported }) => supported).length,
          },
        }),
    warnings: record.warnings,
  };
}

/** The same in words for a terminal. */
export function runText(out: string, { tables, record, files, models }: StudyRun, steps: StepCounts): string {
  const points = tables.points?.toArray() ?? [];
  const report = files.find((name) => /^report\.(?:html|md)$/u.test(name));
  return [
    textTable(
      ['model', 'layer', 'images', 'units', 'matching', 'never active'],
      models.flatMap(({ model, layers }) =>
        layers.map(({ layer, images, summary }) => [
          model.name,
          layer,
          images,
          summary.units,
          summary.detected,
          summary.neverActive,
        ]),
      ),
    ),
    ...(points.length === 0
      ? []
      : [
          `\n${textTable(
            ['model', ...[...(points[0]?.components ?? [])].map((_, index) => `pc${String(index + 1)}`), 'category'],
            points.map(({ model, components, cluster }) => [model, ...components, cluster]),
          )}`,
        ]),
    ...(tables.relations === undefined
      ? []
      : [
          `\nrelations to scores: ${String(tables.relations.toArray().filter(({ supported }) => supported).length)} of ${String(tables.relations.numRows)} supported (q <= 0.05 and the 95 % interval excludes 0)`,
        ]),
    ...record.warnings.map(({ subject, text }) => noteLine(subject, text)),
    `\n${String(steps.run)} steps run, ${String(steps.stored)} found in the store`,
    `${String(files.length)} files in ${out}, those of each model in ${out}/models${report === undefined ? '' : `; open ${out}/${report}`}`,
  ].join('\n');
}
