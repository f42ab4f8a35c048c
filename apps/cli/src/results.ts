import {
  categoryLetter,
  summariseEmbedding,
  summariseRun,
  type EmbeddedModel,
  type EmbeddedStudy,
  type IntervalSource,
  type JudgedClaimSummary,
  type RelationRules,
  type RunSummary,
  type StudyRun,
  type TwinSummary,
} from '@intermodel/pipelines';
import { probeResult, probeText } from './probe-results.ts';
import { noteLine, printResult, textTable, type TerminalOptions } from './output.ts';

/** How many steps a run computed, and how many it found in the store. */
export interface StepCounts {
  /** Steps that were computed. */
  run: number;
  /** Steps that were in the store. */
  stored: number;
}

/** Prints what came of an embedding. */
export function printStudy(terminal: TerminalOptions, out: string, study: EmbeddedStudy): void {
  const { files } = study;
  const summary = summariseEmbedding(study);
  printResult(terminal, { out, files, ...summary }, () => {
    const { variance, models, intervals, relations, claims, warnings } = summary;
    const ratios = variance.slice(0, models[0]?.components.length).map(({ ratio }) => `${(ratio * 100).toFixed(1)} %`);
    return [
      modelsText(models),
      `\nexplained variance: ${ratios.join(', ')}`,
      ...intervalsText(intervals),
      ...(relations === undefined ? [] : [relationsText(relations.supported.length, relations.tested, relations)]),
      ...(claims === undefined ? [] : [`\n${claimsText(claims)}`]),
      ...warnings.map(noteLine),
      `\n${String(files.length)} files in ${out}; open ${out}/report.html`,
    ].join('\n');
  });
}

type RunResult = RunSummary & { readonly out: string; readonly files: readonly string[]; readonly steps: StepCounts };

/** Result of a run for programs. */
export function runResult(out: string, run: StudyRun, steps: StepCounts): RunResult {
  return { out, files: run.files, steps, ...summariseRun(run), ...probeResult(run.tables) };
}

/** Prints what came of a run. */
export function printRun(terminal: TerminalOptions, out: string, run: StudyRun, steps: StepCounts): void {
  const result = runResult(out, run, steps);
  printResult(terminal, result, () => {
    const { files, models, twins = [], embedding = [], intervals, relations, claims, warnings } = result;
    const tested = models.some(({ layers }) => layers.some(({ surviving }) => surviving !== undefined));
    return [
      textTable(
        ['model', 'layer', 'images', 'units', 'matching', ...(tested ? ['better than chance'] : []), 'never active'],
        models.flatMap(({ model, layers }) =>
          layers.map((at) => [
            ...[model, at.layer, at.images, at.units, at.detected],
            ...(tested ? [at.surviving ?? ''] : []),
            at.neverActive,
          ]),
        ),
      ),
      ...twins.map(twinLine),
      ...(embedding.length === 0 ? [] : [`\n${modelsText(embedding)}`]),
      ...intervalsText(intervals).map((text) => `\n${text}`),
      ...(run.tables.probeScores === undefined ? [] : ['', ...probeText(run.tables)]),
      ...(relations === undefined ? [] : [`\n${relationsText(relations.supported, relations.tested, relations)}`]),
      ...(claims === undefined ? [] : [`\n${claimsText(claims)}`]),
      ...warnings.map(noteLine),
      `\n${String(steps.run)} steps run, ${String(steps.stored)} found in the store`,
      `${String(files.length)} files in ${out}, those of each model in ${out}/models${openReport(out, files)}`,
    ].join('\n');
  });
}

/** Matching units of a model beside those of its untrained twin. */
function twinLine({ model, units, matches, twinUnits, twinMatches }: TwinSummary): string {
  const share = (count: number, of: number) =>
    `${String(count)} of ${String(of)}${of === 0 ? '' : ` (${((100 * count) / of).toFixed(1)} %)`}`;
  return `matching units of ${model}: ${share(matches, units)}; of its untrained twin: ${share(twinMatches, twinUnits)}`;
}

/** Says which report to open, where there is one. */
export function openReport(out: string, files: readonly string[]): string {
  const report = files.find((name) => /^report\.(?:html|md)$/u.test(name));
  return report === undefined ? '' : `; open ${out}/${report}`;
}

/** Columns of components, as many as a model has. */
export function componentNames(components: readonly unknown[] = []): string[] {
  return components.map((_, index) => `pc${String(index + 1)}`);
}

/** How many relations are supported, what that means, and what relations of so few models can show. */
export function relationsText(supported: number, tested: number, { rule, power }: RelationRules): string {
  return [
    `relations to scores: ${String(supported)} of ${String(tested)} supported${rule === '' ? '' : ` (${rule})`}`,
    ...power.slice(0, 1).map(({ statement }) => statement),
  ].join('\n');
}

/** Claims with their verdicts, the clearest first, and how many there are of each. */
export function claimsText(claims: readonly JudgedClaimSummary[]): string {
  const order = ['holds', 'undecided', 'fails'];
  const count = (verdict: string) => claims.filter((claim) => claim.verdict === verdict).length;
  return [
    textTable(
      ['claim', 'verdict', 'effect', 'q', 'universes'],
      claims
        .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
        .map(({ claim, verdict, effect, q, universes, universeShare }) => [
          ...[claim, verdict, effect, q],
          universes === 0 ? '' : `${String(Math.round(100 * universeShare))} % of ${String(universes)}`,
        ]),
    ),
    `claims that hold: ${String(count('holds'))}, that are undecided: ${String(count('undecided'))}, that fail: ${String(count('fails'))}`,
  ].join('\n');
}

/** What intervals of the tables come from; nothing where there are none. */
function intervalsText(source: IntervalSource | undefined): string[] {
  return source === undefined
    ? []
    : [`intervals of 95 %: bootstrap over ${source.over}, ${String(source.replicates)} replicates`];
}

function modelsText(models: readonly EmbeddedModel[]): string {
  return textTable(
    ['model', ...componentNames(models[0]?.components), 'category'],
    models.map(({ model, components, cluster }) => [
      model,
      ...components,
      cluster === null ? null : categoryLetter(cluster),
    ]),
  );
}
