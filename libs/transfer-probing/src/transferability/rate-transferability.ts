import { setImmediate } from 'node:timers/promises';
import { leep, logMe, nleep, parc, type LabelledRows } from '@intermodel/numerics';
import { InputError } from '@intermodel/streams';
import type { FeatureRows } from '../feature-rows.ts';
import type { ProbeOutcome } from '../probe-outcome.ts';
import { runtimeProducts } from './runtime-products.ts';

/** Images of a part, of one class each. */
export interface RatedPart {
  /** Features of the images. */
  readonly features: FeatureRows;
  /** Class of each image, from 0. */
  readonly classes: Int32Array;
  /** Probability that the model's own classifier gives each class it was trained on, where there is one. */
  readonly sourceProbabilities?: FeatureRows;
}

/** Options of {@link rateTransferability}. */
export interface TransferabilityOptions {
  /** Parts that may be looked at: training and validation. */
  readonly parts: readonly RatedPart[];
  /** Seed of samples and of k-means. @default 0 */
  readonly seed?: number;
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops the work: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Rates how well features suit a task of one class an image, without training anything: LogME, NLEEP and PARC, and LEEP
 * where probabilities of source classes are given. They are computed on the images of training and validation; those of
 * the test are not touched. The scores have no intervals: images that are drawn twice agree with themselves, which
 * would flatter each of them. Scores that are undefined for the data, as PARC where no two images have the same
 * class, are left out.
 *
 * 10,000 images of 2,048 features and 100 classes take a minute, most of it for NLEEP.
 *
 * @throws InputError `TRANSFERABILITY_CLASSES` where the images do not have at least two classes, or one of them has
 * none.
 */
export async function rateTransferability({
  parts,
  seed = 0,
  threads,
  signal,
}: TransferabilityOptions): Promise<readonly ProbeOutcome[]> {
  const rated = joinParts(parts);
  if (rated.labels.some((label) => label < 0))
    throw new InputError('TRANSFERABILITY_CLASSES', 'an image has no class', {
      expected: 'one class for each image of training and validation',
      hint: 'LogME, NLEEP and PARC are for images of one class each: leave out those without, or rate other kinds',
    });
  const classes = new Set(rated.labels).size;
  if (classes < 2)
    throw new InputError(
      'TRANSFERABILITY_CLASSES',
      `the images of training and validation have ${classes === 0 ? 'no class' : 'all the same class'}`,
      { expected: 'images of at least two classes', hint: 'add images of another class to the training part' },
    );
  const pause = async () => {
    await setImmediate();
    signal?.throwIfAborted();
  };
  await pause();
  const products = await runtimeProducts(rated, threads);
  const scores: [string, number][] = [];
  await pause();
  scores.push(['LogME', logMe({ ...rated, products })]);
  await pause();
  const source = joinProbabilities(parts);
  if (source !== undefined) {
    const { values: probabilities, columns: sources } = source;
    scores.push(['LEEP', leep({ probabilities, sources, labels: rated.labels })]);
  }
  scores.push(['NLEEP', nleep({ ...rated, products, seed })]);
  await pause();
  scores.push(['PARC', parc({ ...rated, seed })]);
  return scores
    .filter(([, score]) => Number.isFinite(score))
    .map(([metric, score]) => ({
      metric,
      score,
      higherIsBetter: true,
      n: rated.rows,
      chosen: '',
      replicates: undefined,
    }));
}

function joinParts(parts: readonly RatedPart[]): LabelledRows {
  const { values, rows, columns } = joinRows(parts.map(({ features }) => features));
  return { values, rows, columns, labels: Int32Array.from(parts.flatMap(({ classes }) => [...classes])) };
}

function joinProbabilities(parts: readonly RatedPart[]): FeatureRows | undefined {
  const given = parts.flatMap(({ sourceProbabilities }) =>
    sourceProbabilities === undefined ? [] : [sourceProbabilities],
  );
  return given.length === 0 || given.length < parts.length ? undefined : joinRows(given);
}

function joinRows(given: readonly FeatureRows[]): FeatureRows {
  const parts = given.filter(({ rows }) => rows > 0);
  const [first, second] = parts;
  if (first === undefined) return { values: new Float32Array(0), rows: 0, columns: 0 };
  if (second === undefined) return first;
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { values, rows: parts.reduce((sum, { rows }) => sum + rows, 0), columns: first.columns };
}
