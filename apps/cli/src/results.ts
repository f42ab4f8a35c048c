import type { EmbeddedStudy, StudyRun } from '@intermodel/pipelines';
import { noteLine, printResult, textTable, type TerminalOptions } from './output.ts';

/** How many steps a run computed, and how many it found in the store. */
export interface StepCounts {
  /** Steps that were computed. */
  run: number;
  /** Steps that were in the store. */
  stored: number;
}

type Tables = StudyRun['tables'];

/** What makes a relation supported, for people. */
export const supportedRule = '(q <= 0.05 and the 95 % interval excludes 0)';

/** Prints what came of an embedding. */
export function printStudy(terminal: TerminalOptions, out: string, study: EmbeddedStudy): void {
  printResult(terminal, studyResult(out, study), () => studyText(out, study));
}

function studyResult(out: string, { tables, record, files }: EmbeddedStudy): object {
  const relations = tables.relations?.toArray();
  const supported = relations
    ?.filter((relation) => relation.supported)
    .map(({ predictor, column, n, pearson, q }) => ({ predictor, column, n, pearson, q }));
  return {
    out,
    files,
    options: record.options,
    variance: tables.variance.toArray().map(({ component, variance, ratio }) => ({ component, variance, ratio })),
    models: places(tables),
    ...(relations === undefined ? {} : { relations: { tested: relations.length, supported } }),
    warnings: record.warnings,
  };
}

function studyText(out: string, { tables, record, files }: EmbeddedStudy): string {
  const ratios = tables.variance
    .toArray()
    .slice(0, places(tables)?.[0]?.components.length ?? 0)
    .map(({ ratio }) => `${(ratio * 100).toFixed(1)} %`);
  return [
    ...placesText(tables),
    `\nexplained variance: ${ratios.join(', ')}`,
    ...relationsText(tables),
    ...record.warnings.map(noteLine),
    `\n${String(files.length)} files in ${out}; open ${out}/report.html`,
  ].join('\n');
}

/** Result of a run for programs: what each model's units match, and the embedding if there is one. */
export function runResult(out: string, { tables, record, files, models }: StudyRun, steps: StepCounts): object {
  const supported = tables.relations?.toArray().filter((relation) => relation.supported).length;
  return {
    out,
    files,
    steps,
    models: models.map(({ model, layers }) => ({
      model: model.name,
      layers: layers.map(({ layer, images, summary }) => ({ layer, images, ...summary })),
    })),
    ...(tables.points === undefined ? {} : { embedding: places(tables) }),
    ...(tables.relations === undefined ? {} : { relations: { tested: tables.relations.numRows, supported } }),
    warnings: record.warnings,
  };
}

/** Prints what came of a run. */
export function printRun(terminal: TerminalOptions, out: string, run: StudyRun, steps: StepCounts): void {
  printResult(terminal, runResult(out, run, steps), () => runText(out, run, steps));
}

function runText(out: string, { tables, record, files, models }: StudyRun, steps: StepCounts): string {
  const report = files.find((name) => /^report\.(?:html|md)$/u.test(name));
  const layers = models.flatMap(({ model, layers: all }) => all.map((layer) => ({ model: model.name, ...layer })));
  return [
    textTable(
      ['model', 'layer', 'images', 'units', 'matching', 'never active'],
      layers.map(({ model, layer, images, summary: { units, detected, neverActive } }) => [
        model,
        layer,
        images,
        units,
        detected,
        neverActive,
      ]),
    ),
    ...placesText(tables).map((table) => `\n${table}`),
    ...relationsText(tables).map((line) => `\n${line}`),
    ...record.warnings.map(noteLine),
    `\n${String(steps.run)} steps run, ${String(steps.stored)} found in the store`,
    `${String(files.length)} files in ${out}, those of each model in ${out}/models${report === undefined ? '' : `; open ${out}/${report}`}`,
  ].join('\n');
}

/** Columns of components, as many as `components` has. */
export function componentNames(components: Iterable<unknown> = []): string[] {
  return [...components].map((_, index) => `pc${String(index + 1)}`);
}

function places({ points }: Pick<Tables, 'points'>) {
  return points?.toArray().map(({ model, components, cluster }) => ({ model, components: [...components], cluster }));
}

function placesText(tables: Pick<Tables, 'points'>): string[] {
  const models = places(tables) ?? [];
  if (models.length === 0) return [];
  return [
    textTable(
      ['model', ...componentNames(models[0]?.components), 'category'],
      models.map(({ model, components, cluster }) => [model, ...components, cluster]),
    ),
  ];
}

function relationsText({ relations }: Pick<Tables, 'relations'>): string[] {
  if (relations === undefined) return [];
  const supported = relations.toArray().filter((relation) => relation.supported).length;
  return [`relations to scores: ${String(supported)} of ${String(relations.numRows)} supported ${supportedRule}`];
}
