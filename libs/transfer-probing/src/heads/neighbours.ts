import { openProducts } from '@intermodel/onnx';
import { probeDefaults } from '../probe-defaults.ts';
import { resamplingDefaults, type ProbeOutcome, type ResamplingOptions } from '../probe-outcome.ts';
import {
  checkFeatures,
  nameClasses,
  requireImages,
  singleClasses,
  type HeadOutcome,
  type LabelledFeatures,
} from './labelled-features.ts';
import { kthLargest } from './nearest-rows.ts';
import { rowBlocks } from './row-blocks.ts';
import { rateSamples, weightedMean } from './sampled-accuracy.ts';
import { unitRows } from './unit-rows.ts';

/** What {@link probeNeighbours} takes. */
export interface NeighboursOptions extends ResamplingOptions {
  /** Images that vote: those of training and validation, since nothing is chosen. */
  readonly bank: readonly LabelledFeatures[];
  /** Images that the scores come from. */
  readonly test: LabelledFeatures;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Numbers of neighbours. @default [20, 200] */
  readonly neighbours?: readonly number[];
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops the work: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Called with the test images done of all. @default nothing */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** Temperature of the votes (Wu et al. 2018). */
const temperature = 0.07;
/** Similarities that are held at once. */
const heldSimilarities = 2 ** 24;
/** Test images between two turns of the event loop. */
const rowsAtOnce = 512;

/**
 * Scores features by their nearest neighbours: each of the k images of the bank with the highest cosine similarity votes
 * for its class with exp(similarity / 0.07); of equally similar images the first count, of classes with equal votes the
 * one of the smallest number. Similarities are computed in float32; an image whose features are all 0 is like none.
 *
 * Where the bank has fewer than k images, all vote, and a warning says so; test images of a class that the bank lacks
 * count as wrong, and a warning says so.
 *
 * @throws InputError `PART_EMPTY`, `FEATURES_NOT_FINITE`, `PROBE_SEVERAL_CLASSES`.
 */
export async function probeNeighbours(options: NeighboursOptions): Promise<HeadOutcome<ProbeOutcome>> {
  const { bank, test, classes, neighbours = probeDefaults.neighbours, signal, onProgress } = options;
  const { replicates = resamplingDefaults.replicates, seed = resamplingDefaults.seed } = options;
  const voters = bank.filter(({ features }) => features.rows > 0);
  if (voters.length === 0)
    requireImages({ features: { values: new Float32Array(), rows: 0, columns: 0 } }, 'train', 'votes come from');
  requireImages(test, 'test', 'scores come from');
  for (const part of [...voters, test]) checkFeatures(part);
  const bankOf = Int32Array.from(voters.flatMap((part) => [...singleClasses(part)]));
  const testOf = singleClasses(test);
  const right = neighbours.map(() => new Uint8Array(testOf.length));
  const rows = voters.map(({ features }) => unitRows(features));
  const products = openProducts(options);
  try {
    const { values, columns } = unitRows(test.features);
    const testRows = Math.min(rowsAtOnce, Math.max(1, Math.floor(heldSimilarities / bankOf.length)));
    for (let from = 0; from < testOf.length; from += testRows) {
      signal?.throwIfAborted();
      const count = Math.min(testRows, testOf.length - from);
      const queries = { values: values.subarray(from * columns, (from + count) * columns), rows: count, columns };
      const similarities = new Float32Array(count * bankOf.length);
      let before = 0;
      for (const part of rows) {
        for (const block of rowBlocks(part)) {
          const product = await products.multiply(queries, block.matrix, 'second');
          for (let query = 0; query < count; query++)
            similarities.set(
              product.subarray(query * block.matrix.rows, (query + 1) * block.matrix.rows),
              query * bankOf.length + before + block.from,
            );
        }
        before += part.rows;
      }
      for (let query = 0; query < count; query++) {
        const own = similarities.subarray(query * bankOf.length, (query + 1) * bankOf.length);
        neighbours.forEach((k, index) => {
          const predicted = vote(own, bankOf, k, classes.length);
          (right[index] as Uint8Array)[from + query] = Number(predicted === testOf[from + query]);
        });
      }
      onProgress?.(from + count, testOf.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await products.close();
  }
  return {
    outcomes: neighbours.map((k, index) => ({
      metric: `top-1 accuracy (k = ${String(k)})`,
      ...rateSamples(testOf.length, { replicates, seed }, (weights) =>
        weightedMean(right[index] as Uint8Array, weights),
      ),
      higherIsBetter: true,
      n: testOf.length,
      chosen: '',
    })),
    warnings: [...fewerThan(neighbours, bankOf.length), ...unknownClasses(testOf, bankOf, classes)],
  };
}

/** The class that gets most of the votes of the k nearest rows. */
function vote(similarities: Float32Array, bankOf: Int32Array, k: number, classes: number): number {
  const votes = new Float64Array(classes);
  const least = k >= bankOf.length ? -Infinity : kthLargest(similarities.slice(), k);
  let left = Math.min(k, bankOf.length);
  const count = (row: number) => {
    const label = bankOf[row] as number;
    votes[label] = (votes[label] as number) + Math.exp((similarities[row] as number) / temperature);
    left--;
  };
  for (let row = 0; row < bankOf.length; row++) if ((similarities[row] as number) > least) count(row);
  for (let row = 0; row < bankOf.length && left > 0; row++) if (similarities[row] === least) count(row);
  let best = 0;
  for (let label = 1; label < classes; label++) if ((votes[label] as number) > (votes[best] as number)) best = label;
  return best;
}

function fewerThan(neighbours: readonly number[], rows: number): readonly string[] {
  const beyond = neighbours.filter((k) => k > rows);
  if (beyond.length === 0) return [];
  return [
    `There are ${String(rows)} images of training and validation, fewer than ${beyond.map(String).join(' and ')} neighbours: all of them vote there.`,
  ];
}

function unknownClasses(testOf: Int32Array, bankOf: Int32Array, classes: readonly string[]): readonly string[] {
  const known = new Set(bankOf);
  const unknown = testOf.filter((label) => !known.has(label));
  if (unknown.length === 0) return [];
  const labels = [...new Set(unknown)].sort((a, b) => a - b);
  return [
    `${String(unknown.length)} of ${String(testOf.length)} test images have classes that none of the images of training and validation has, and count as wrong: ${nameClasses(labels, classes)}.`,
  ];
}
