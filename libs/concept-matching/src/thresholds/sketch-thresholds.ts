import type { ActivationShape, SelectedThresholdBatch } from '@intermodel/schemas';
import { concatMap, defer, from, map, reduce, type OperatorFunction } from 'rxjs';
import { checkKeptMaps, keptImages, type KeptMaps } from '../count/kept-maps.ts';
import { readBounds } from '../count/unit-histograms.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { selectedThresholds } from './selected-thresholds.ts';
import { ThresholdSketches } from './threshold-sketches.ts';

/** Options of {@link sketchThresholds}. */
export interface SketchThresholdsOptions {
  /** Level, rule and upsampling. */
  readonly preset: DissectionPreset;
  /** k of the KLL sketch of each unit: about 12 k bytes each, rank error `kllRankError(k)`. 8 to 65535. */
  readonly sketch: number;
}

/**
 * Estimates the threshold of every unit by a KLL sketch, from shards of which all maps were kept: one batch when the
 * source completes. The estimate depends on the order of images, too.
 */
export function sketchThresholds({
  preset,
  sketch,
}: SketchThresholdsOptions): OperatorFunction<{ readonly kept: () => Promise<KeptMaps> }, SelectedThresholdBatch> {
  return (shards) =>
    defer(() => {
      let layer: { readonly shape: ActivationShape; readonly sketches: ThresholdSketches } | undefined;
      return shards.pipe(
        concatMap(({ kept }) => from(kept())),
        reduce((_, kept) => {
          const shape = checkKeptMaps('sketchThresholds', kept);
          const { sketches } = (layer ??= { shape, sketches: new ThresholdSketches(shape, preset, sketch) });
          for (const { units, maps } of keptImages(kept.maps)) sketches.add(units, maps);
          // Maps with values that are not finite are never kept.
          readBounds(kept.units).faults.forEach((faults, unit) => {
            if (faults > 0) sketches.invalidate(unit);
          });
          return layer;
        }, layer),
        concatMap((whole) => (whole === undefined ? [] : [whole])),
        map(({ shape, sketches }) => selectedThresholds({ shape, ...sketches.thresholds() })),
      );
    });
}
