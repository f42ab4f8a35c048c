import type { DissectionPreset } from './dissection-presets.ts';

/** Number that stands for unlabelled besides 0: that of pixels that nobody judged (0: none), where the preset says so. */
export function blankNumber({ ignoredPixels }: Pick<DissectionPreset, 'ignoredPixels'>, ignore: number): number {
  return ignoredPixels === 'unlabelled' ? ignore : 0;
}

/** Number of the pixels that are left out of every area, 0 for none: the counterpart of {@link blankNumber}. */
export function leftOutNumber({ ignoredPixels }: Pick<DissectionPreset, 'ignoredPixels'>, ignore: number): number {
  return ignoredPixels === 'left-out' ? ignore : 0;
}
