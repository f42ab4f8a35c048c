/**
 * The inner loops of a dissection: upsampling with pruning, radix histograms, overlap counts.
 *
 * Memory is laid out by the caller (`kernel-memory.ts`); nothing is allocated here. Values are float32 throughout and
 * every interpolation is `a + w * (b - a)`, which in IEEE arithmetic never leaves the interval between a and b for
 * 0 <= w <= 1 - 2^-22: that is what makes skipping by the maxima of neighbours exact.
 */

/** Where the memory begins that the caller may lay out: before it stand the tables of this module. */
export function getFreeMemory(): usize {
  return __heap_base;
}

export { setPlan, upsampleAll } from './dissection/upsampling';
export { setSelection, addImages } from './dissection/first-round';
export { refineImages } from './dissection/refining';
export { gatherImages, rankGathered } from './dissection/gathering';
export { setTally, getEvaluatedMaps, getEvaluatedGroups, tallyImage } from './dissection/overlaps';
export { setReplicates, addGroup } from './dissection/replicates';
export { scoreMaps } from './dissection/strongest';
