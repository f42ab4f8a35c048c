import { createHash } from 'node:crypto';
import { InputError } from '@intermodel/streams';
import type { TaskPart } from './task-data.ts';
import { taskSplitDefaults, type TaskSplit } from './task-options.ts';

/** A part and its share of the images. */
export interface PartShare {
  /** Part. */
  readonly part: TaskPart;
  /** Share, above 0; those of all parts sum to 1. */
  readonly share: number;
}

/** Sums of shares may differ from 1 by as much: `0.7 + 0.1 + 0.2` is not 1 in binary numbers. */
const sumTolerance = 1e-9;

/**
 * Fills in the defaults of a split.
 *
 * @throws InputError `SPLIT_SHARES` for shares that are not above 0 or do not sum to 1, and a seed that is none.
 */
export function checkSplit(split: TaskSplit = {}): Required<TaskSplit> {
  const whole = { ...taskSplitDefaults, ...split };
  const refuse = (column: string, problem: string, expected: string) =>
    new InputError('SPLIT_SHARES', problem, {
      column,
      expected,
      hint: 'Give all three shares, such as `tasks[].split: { train: 0.7, val: 0.1, test: 0.2, seed: 0 }`.',
    });
  for (const part of ['train', 'val', 'test'] as const)
    if (!(whole[part] > 0 && whole[part] < 1))
      throw refuse(`split.${part}`, `${String(whole[part])} is no share`, 'a number above 0 and below 1');
  const sum = whole.train + whole.val + whole.test;
  if (Math.abs(sum - 1) > sumTolerance)
    throw refuse('split', `the shares sum to ${String(Number(sum.toPrecision(12)))}`, 'shares that sum to 1');
  if (!Number.isSafeInteger(whole.seed) || whole.seed < 0)
    throw refuse('split.seed', `${String(whole.seed)} is no seed`, 'a whole number from 0');
  return whole;
}

/**
 * Draws a part for each image: within each stratum images are put in the order of a hash of seed and name, and this
 * order is cut at the numbers of {@link partCounts}. So a stratum keeps its shares exactly, files in another order
 * change nothing, and one more image moves at most one other across each cut of its own stratum.
 *
 * @param images names, each once, with their strata
 * @param shares parts, those that must not stay empty first
 */
export function drawParts(
  images: readonly { readonly image: string; readonly stratum: string }[],
  shares: readonly PartShare[],
  seed: number,
): Map<string, TaskPart> {
  const strata = new Map<string, { readonly image: string; readonly hash: string }[]>();
  for (const { image, stratum } of images) {
    const members = strata.get(stratum) ?? [];
    members.push({
      image,
      hash: createHash('sha256')
        .update(`${String(seed)}\n${image}`)
        .digest('hex'),
    });
    strata.set(stratum, members);
  }
  const drawn = new Map<string, TaskPart>();
  for (const members of strata.values()) {
    members.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const counts = partCounts(
      members.length,
      shares.map(({ share }) => share),
    );
    let place = 0;
    shares.forEach(({ part }, index) => {
      for (let left = counts[index] ?? 0; left > 0; left--) drawn.set(members[place++]?.image ?? '', part);
    });
  }
  return drawn;
}

/**
 * Numbers of images by shares: rounded down, and what is left goes to the largest remainders, ties to the first. No
 * part stays empty as long as there are as many images as parts (a part that would takes one of the largest); of fewer
 * images the first parts get one each.
 */
export function partCounts(images: number, shares: readonly number[]): number[] {
  if (images <= shares.length) return shares.map((_, index) => (index < images ? 1 : 0));
  const exact = shares.map((share) => share * images);
  const counts = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  const left = images - counts.reduce((sum, count) => sum + count, 0);
  for (const { index } of byRemainder.slice(0, left)) counts[index] = (counts[index] ?? 0) + 1;
  counts.forEach((count, index) => {
    if (count > 0) return;
    const largest = counts.indexOf(Math.max(...counts));
    counts[largest] = (counts[largest] ?? 0) - 1;
    counts[index] = 1;
  });
  return counts;
}
