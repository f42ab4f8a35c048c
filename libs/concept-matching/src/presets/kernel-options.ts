import type { OverlapOptions, SelectionOptions, UpsamplingOptions } from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import type { ConceptIndex } from './concept-index.ts';
import type { DissectionPreset } from './dissection-presets.ts';
import { leftOutNumber } from './ignored-pixels.ts';

/** Sizes of a layer's maps and of its label planes. */
type MapSizes = Pick<ActivationShape, 'mapHeight' | 'mapWidth' | 'labelHeight' | 'labelWidth'>;

/** Upsampling of a layer's maps to its label planes under a preset. */
export function upsamplingOptions(
  { mapHeight, mapWidth, labelHeight, labelWidth }: MapSizes,
  { padding, alignment }: Pick<DissectionPreset, 'padding' | 'alignment'>,
): Required<UpsamplingOptions> {
  return {
    height: mapHeight,
    width: mapWidth,
    targetHeight: labelHeight,
    targetWidth: labelWidth,
    padding,
    alignment,
  };
}

/** What the thresholds of a layer are under a preset. */
export function selectionOptions(
  shape: ActivationShape,
  preset: DissectionPreset,
  maximumImages: number,
): Required<SelectionOptions> {
  const { level, rule, values, compare } = preset;
  return {
    ...upsamplingOptions(shape, preset),
    units: shape.units,
    level,
    rule,
    values,
    maximumImages,
    compare,
  };
}

/** What the overlaps of a layer are under a preset. */
export function overlapOptions(
  shape: ActivationShape,
  preset: DissectionPreset,
  { numbers, categories }: ConceptIndex,
  ignore: number,
): Required<OverlapOptions> {
  return {
    ...upsamplingOptions(shape, preset),
    ...{ units: shape.units, concepts: numbers, categories, areaScope: preset.areaScope },
    ...{ compare: preset.compare, ignore: leftOutNumber(preset, ignore) },
  };
}
