import type { PlacedModel } from '@intermodel/inputs';
import { formatStudy, type Study } from '@intermodel/studies';
import type { DissectedModel } from '../dissect/dissect-events.ts';

/**
 * The choices of a study for the manifest, with those that only the files of its models decide: the order of the axes
 * of the input instead of `auto`, and the names of the dissected tensors instead of `usual` or of the nodes that make
 * them. `layerChoice` tells whether layers were named.
 *
 * @param study what was asked for, its models perhaps only some
 * @param placed what the files of the models say
 * @param dissected models that are done
 */
export function formatResolved(
  study: Study,
  placed: readonly PlacedModel[],
  dissected: readonly DissectedModel[],
): Readonly<Record<string, unknown>> {
  const models = study.models.map((model) => {
    const layout = placed.find((each) => each.model === model)?.layout ?? model.input.layout;
    const layers = dissected.find((each) => each.model === model)?.layers.map(({ layer }) => layer) ?? model.layers;
    return { ...model, layers, input: { ...model.input, layout } };
  });
  const options = formatStudy({ ...study, models });
  const recorded = options['models'] as readonly Readonly<Record<string, unknown>>[];
  return {
    ...options,
    models: recorded.map(({ name, file, ...others }, index) => ({
      name,
      file,
      layerChoice: study.models[index]?.layersAreUsual === true ? 'usual' : 'named',
      ...others,
    })),
  };
}
