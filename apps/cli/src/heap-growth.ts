import { setFlagsFromString } from 'node:v8';

/** Percent by which the heap may grow between two collections; V8's own choice is about 30 to 100 here. */
const heapGrowth = 200;

/**
 * Lets the heap of the process grow further before it is collected. V8 counts images and activations, which lie outside
 * the heap, towards its limit, and would mark a heap on which hardly anything changes anew every twenty images.
 */
export function easeCollections(): void {
  setFlagsFromString(`--heap-growing-percent=${String(heapGrowth)}`);
}

/** Percent by which the heap may grow where it holds millions of things that stay. */
const limitedGrowth = 25;

/** Has the heap collected more often, for commands that hold much for as long as they run. */
export function limitHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${String(limitedGrowth)}`);
}
