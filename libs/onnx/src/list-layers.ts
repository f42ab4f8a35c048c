import { inputDependents } from './find-tensor.ts';
import { mapLayouts } from './map-layouts.ts';
import type { Layout } from './model-input.ts';
import { readModel } from './read-model.ts';
import { modelInput, tensorShapes, type ImageSize, type TensorShapes } from './tensor-shapes.ts';
import { findTokenGrid } from './token-grid.ts';
import { usualLayer } from './usual-layer.ts';

/** A tensor of a model that can be dissected. */
export interface Layer {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Name of the node that makes it; may be empty. */
  readonly node: string;
  /** Operator of that node. */
  readonly operator: string;
  /** A map for every unit, or tokens with a value for every unit. */
  readonly kind: 'map' | 'tokens';
  /** Order of the axes of a map; tokens are images x tokens x units. */
  readonly layout: Layout | 'tokens';
  /** Number of units. */
  readonly units: number;
  /** Rows of a unit's map. */
  readonly height: number;
  /** Columns of a unit's map. */
  readonly width: number;
  /** Class and register tokens before those of the map; 0 for maps. */
  readonly prefixTokens: number;
  /** Whether this is the usual choice: the last map (or tokens) before global pooling. */
  readonly usual: boolean;
}

/** The layers of a model. */
export interface LayerList {
  /** Layers in the order in which the model makes them. */
  readonly layers: readonly Layer[];
  /** Size of the images that the map sizes belong to. */
  readonly input: ImageSize;
  /** Channels of the images, if the file fixes their number. */
  readonly channels: number | undefined;
  /** Where the sizes come from. */
  readonly source: TensorShapes['source'];
}

/** Settings of {@link listLayers}. */
export interface ListLayersOptions {
  /** Size of the images, in pixels, where the file leaves it free. @default 224 x 224 */
  readonly inputSize?: ImageSize;
}

const defaultSize: ImageSize = { height: 224, width: 224 };

/**
 * Lists the tensors of a model that can be dissected: maps (four axes) of more than one place, and grids of tokens (three
 * axes). One of them is marked as the usual choice.
 *
 * @throws InputError as {@link readModel} and the opening of a session do.
 */
export async function listLayers(file: string, { inputSize = defaultSize }: ListLayersOptions = {}): Promise<LayerList> {
  const model = readModel(file);
  const image = modelInput(model, inputSize);
  const size = { height: image.height ?? inputSize.height, width: image.width ?? inputSize.width };
  const tensors = [...inputDependents(model)];
  const { shapes, source } = await tensorShapes(model, tensors, image, size);
  const inputNames = new Set(model.graph.inputs.map(({ name }) => name));
  const layouts = mapLayouts(model.graph, (name) => inputNames.has(name) ? name === image.name : shapes.get(name)?.length === 4, image.layout);
  const found = findMaps(tensors, shapes, layouts);
  const usual = usualLayer(model.graph, found, (name) => shapes.get(name));
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const layers = found.map((layer) => {
    const { name = '', operator = '' } = makers.get(layer.tensor) ?? {};
    return { ...layer, node: name, operator, usual: layer.tensor === usual };
  });
  return { layers, input: size, channels: image.channels, source };
}

type FoundLayer = Omit<Layer, 'node' | 'operator' | 'usual'>;

function findMaps(tensors: readonly string[], shapes: ReadonlyMap<string, readonly number[]>, layouts: ReadonlyMap<string, Layout>): FoundLayer[] {
  const maps: FoundLayer[] = [];
  const found: FoundLayer[] = [];
  for (const tensor of tensors) {
    const shape = shapes.get(tensor);
    if (shape?.[0] !== 1) continue;
    const layout = layouts.get(tensor);
    const layer = shape.length === 4 && layout !== undefined ? mapLayer(tensor, shape, layout) : shape.length === 3 ? tokenLayer(tensor, shape, maps) : undefined;
    if (layer === undefined) continue;
    if (layer.kind === 'map') maps.push(layer);
    found.push(layer);
  }
  return found;
}

function mapLayer(tensor: string, shape: readonly number[], layout: Layout): FoundLayer | undefined {
  const [, first = 0, second = 0, third = 0] = shape;
  const [units, height, width] = layout === 'NCHW' ? [first, second, third] : [third, first, second];
  return height * width > 1 ? { tensor, kind: 'map', layout, units, height, width, prefixTokens: 0 } : undefined;
}

function tokenLayer(tensor: string, shape: readonly number[], maps: readonly FoundLayer[]): FoundLayer | undefined {
  const [, tokens = 0, units = 0] = shape;
  // A flattened map before it is transposed has the units first.
  if (maps.some((map) => map.units === tokens && map.height * map.width === units)) return undefined;
  const grid = findTokenGrid(tokens, maps);
  if (grid === undefined || units < 2) return undefined;
  return { tensor, kind: 'tokens', layout: 'tokens', units, height: grid.height, width: grid.width, prefixTokens: grid.prefix };
}
