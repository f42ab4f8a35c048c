import { listModelLayers, probeOptions, type LayerPlace } from '@intermodel/inputs';
import { gridOf } from '@intermodel/activation-streaming';
import type { StepPlan } from '@intermodel/steps';
import type { KeptLayer } from '../dissect/check-disk.ts';
import type { StudyBench } from './study-bench.ts';

/**
 * Checks before the first pass that the maps of all models are likely to fit onto the disk; what a single pass keeps is
 * known as soon as its models are open.
 *
 * @throws MachineError `DISK_TOO_SMALL`; InputError for a model that cannot be read.
 */
export async function checkRoom(plan: StepPlan<StudyBench>, bench: StudyBench): Promise<void> {
  if (!bench.hasSeveralPasses) return;
  const layers: KeptLayer[] = [];
  for (const model of bench.study.models) {
    bench.signal.throwIfAborted();
    layers.push(
      ...(await layersToKeep(
        bench.places.filter((place) => place.model === model),
        plan,
        bench,
      )),
    );
  }
  bench.checkDisk(layers);
}

/**
 * Layers of a model whose maps are to be stored, with their sizes: those that the model states, or that one run of it
 * tells. Layers of which neither tells a size are left out.
 */
async function layersToKeep(
  places: readonly LayerPlace[],
  plan: StepPlan<StudyBench>,
  { study, describe, signal }: StudyBench,
): Promise<KeptLayer[]> {
  const wanted = places.flatMap((place) => {
    const images = plan
      .wanted(describe.maps(place))
      .reduce((sum, { index }) => sum + (describe.shards[index]?.entries.length ?? 0), 0);
    return images === 0 ? [] : [{ place, images }];
  });
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
