import { type LayerPlace, listModelLayers, probeOptions } from '@intermodel/inputs';
import type { StudySteps } from '@intermodel/steps';
import { gridOf } from '@intermodel/activation-streaming';
import { matchingsOf, type Study } from '@intermodel/studies';
import type { KeptLayer } from './check-disk.ts';
import type { DissectionSteps } from './dissection-steps.ts';

/**
 * Layers of a model whose maps are not stored yet, though they are needed, with their sizes: those that the model
 * states, or that one run of it tells. Layers of which neither tells a size are left out.
 *
 * @throws InputError for a model that cannot be read.
 */
export async function layersToKeep(
  study: Study,
  places: readonly LayerPlace[],
  describe: DissectionSteps,
  steps: StudySteps,
  signal?: AbortSignal,
): Promise<KeptLayer[]> {
  const wanted: { readonly place: LayerPlace; readonly images: number }[] = [];
  for (const place of places) {
    const images = await imagesToKeep(study, place, describe, steps);
    if (images > 0) wanted.push({ place, images });
  }
  const [first] = wanted;
  if (first === undefined) return [];
  const { file, input } = first.place.model;
  const { layers } = await listModelLayers(file, {
    inputSize: { height: input.height, width: input.width },
    ...probeOptions(study.runtime, signal),
  });
  return wanted.flatMap(({ place, images }) => {
    const layer = layers.find(({ tensor }) => tensor === place.layer);
    if (layer === undefined) return [];
    const { height, width } = (layer.kind === 'tokens' ? gridOf(place.reading.tokens ?? {}) : undefined) ?? layer;
    return [{ images, units: layer.units, mapSize: height * width }];
  });
}

/** Images of the shards whose maps are missing; none where the layer's matches are stored. */
async function imagesToKeep(
  study: Study,
  place: LayerPlace,
  describe: DissectionSteps,
  steps: StudySteps,
): Promise<number> {
  const presets = matchingsOf(study);
  let isDone = true;
  for (const preset of presets) isDone &&= await steps.isStored(describe.matches(place, preset));
  if (isDone) return 0;
  let images = 0;
  for (const shard of describe.shards)
    if (!(await steps.isStored(describe.maps(shard, place)))) images += shard.entries.length;
  return images;
}
