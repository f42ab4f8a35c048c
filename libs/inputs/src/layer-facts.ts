import { gridOf } from '@intermodel/activation-streaming';
import type { Layer, ListLayersOptions } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import { listModelLayers } from './list-model-layers.ts';
import type { LayerPlace } from './layer-place.ts';

/** What the graph tells of a layer. */
export interface LayerFacts extends Pick<
  Layer,
  'kind' | 'layout' | 'layoutFound' | 'height' | 'width' | 'prefixTokens' | 'guessed'
> {
  /** What the layer is called by the user: the name of a tensor or node. */
  readonly name: string;
  /**
   * Why it is not among the layers that can be dissected, though it was named: the end of a sentence about such
   * tensors. @default it is
   */
  readonly leftOut?: string;
}

/** What is kept of a layer that was listed. */
export function layerFacts(
  { kind, layout, layoutFound, height, width, prefixTokens, guessed, tensor }: Layer,
  name = tensor,
): LayerFacts {
  return { name, kind, layout, layoutFound, height, width, prefixTokens, guessed };
}

/**
 * Finds what the graph tells of layers that are named; the file is not looked at by the runtime where it states that
 * all of them have four axes, and has no loop that may not end.
 */
export async function findLayerFacts(
  file: string,
  names: readonly string[],
  options: ListLayersOptions,
): Promise<LayerFacts[]> {
  const { findTensor, loopedTensors, readModel } = await import('@intermodel/onnx');
  const model = readModel(file, options.graph);
  const tensors = names.map((name) => findTensor(model, name));
  const stated = new Map(
    [...model.graph.valueInfo, ...model.graph.outputs].map(({ name, type }) => [name, type?.dims?.length]),
  );
  if (tensors.every((tensor) => stated.get(tensor) === 4) && loopedTensors(model).length === 0) return [];
  const { layers, leftOut } = await listModelLayers(file, { ...options, tensors });
  return tensors.flatMap((tensor, index): LayerFacts[] => {
    const name = names[index] ?? tensor;
    const layer = layers.find((each) => each.tensor === tensor);
    if (layer !== undefined) return [layerFacts(layer, name)];
    const left = leftOut.find((each) => each.tensors.includes(tensor));
    if (left === undefined || (left.axes !== 3 && left.axes !== 4)) return [];
    // What the graph gives no evidence for is read by its shape, if the user names it.
    return [
      {
        name,
        kind: left.axes === 3 ? 'tokens' : 'map',
        layout: left.axes === 3 ? 'tokens' : 'NCHW',
        layoutFound: true,
        height: 0,
        width: 0,
        prefixTokens: 0,
        guessed: left.axes === 3,
        leftOut: left.reason,
      },
    ];
  });
}

/**
 * How a layer is read: as the graph tells, where it tells more than a session finds; what is declared has to agree.
 *
 * @throws InputError `TOKEN_GRID` where it does not.
 */
export function readLayer(
  { file, tokens: declared }: Pick<StudyModel, 'file' | 'tokens'>,
  layer: string,
  facts: LayerFacts | undefined,
): Pick<LayerPlace, 'reading' | 'warning'> {
  const grid = gridOf(declared);
  const isDeclared = declared.prefix !== undefined || grid !== undefined;
  const reading = isDeclared ? { tokens: declared } : {};
  if (facts === undefined) return { reading, warning: undefined };
  const { kind, layout, layoutFound, height, width, prefixTokens, guessed, leftOut } = facts;
  const doubt =
    leftOut === undefined
      ? undefined
      : `${layer}: was named, though it is not among the layers that can be dissected, since such tensors ${leftOut}; what its units are is not known.`;
  if (kind === 'map')
    return { reading: layoutFound || layout === 'tokens' ? reading : { ...reading, layout }, warning: doubt };
  if (guessed) {
    const warning = `${layer}: how its tokens lie on the image is guessed from their number, since the model does not tell; check it, and declare \`models[].tokens: {prefix, width, height}\`.`;
    return {
      reading,
      warning: doubt === undefined ? (isDeclared ? undefined : warning) : isDeclared ? doubt : `${doubt} ${warning}`,
    };
  }
  const count = prefixTokens + height * width;
  const read = grid ?? { width, height };
  const prefix = declared.prefix ?? count - read.width * read.height;
  if (prefix !== prefixTokens || prefix + read.width * read.height !== count) {
    throw new InputError(
      'TOKEN_GRID',
      `of its ${String(count)} tokens ${String(prefixTokens)} stand before a grid of ${String(height)} x ${String(width)}, but ${String(prefix)} before ${String(read.height)} x ${String(read.width)} were declared`,
      {
        file,
        column: layer,
        hint: 'Leave "tokens" out: the model tells how they lie on the image.',
      },
    );
  }
  return { reading: { tokens: grid === undefined ? { prefix, ...read } : declared }, warning: undefined };
}
