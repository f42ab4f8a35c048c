import type { Family, PublishedSize } from './family.ts';
import type { NetworkSize } from './weights/compare-weights.ts';

/**
 * Tells whether a family is published in the size of a network. What it says of networks by their size holds for these
 * alone: another of the same names may be of anyone.
 */
export function isPublishedSize({ known = {} }: Pick<Family, 'known'>, size: NetworkSize): boolean {
  return known.sizes?.some((published) => hasSize(published, size)) ?? true;
}

function hasSize(
  { width, depth, patch, grid, channels = 3, registers = 0, layerScale = false }: PublishedSize,
  size: NetworkSize,
): boolean {
  return (
    isOneOf(size.width, width) &&
    isOneOf(size.depth, depth) &&
    isOneOf(size.patch, patch) &&
    isOneOf(size.grid, grid) &&
    isOneOf(size.channels, channels) &&
    isOneOf(size.registers, registers) &&
    isOneOf(size.layerScale, layerScale)
  );
}

function isOneOf<T>(value: T | undefined, published: T | readonly T[] | undefined): boolean {
  if (published === undefined) return true;
  return value !== undefined && [published].flat().some((one) => one === value);
}
