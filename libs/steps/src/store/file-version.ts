import type { BigIntStats } from 'node:fs';

/**
 * File systems keep times in steps of up to 2 s: a file that changed less than this before it was read may change again
 * unseen.
 */
export const settledMilliseconds = 2000;

/**
 * What tells one version of a file from another. The time of the last change of state cannot be set back, as that of
 * the content can.
 */
export function describeVersion({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino].join(' ');
}
