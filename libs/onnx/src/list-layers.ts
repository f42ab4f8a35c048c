import { isLine, isPlain, tokenGrid, type Axes, type Axis } from './axis-parts.ts';
import { cutGraph } from './cut-graph.ts';
import { GraphView } from './graph-view.ts';
import { mapLayouts } from './map-layouts.ts';
import type { FreeSizes, Layout, ModelInput } from './model-input.ts';
import type { OnnxModel } from './onnx-model.ts';
import { quantisations } from './quantised-tensors.ts';
import { ModelProber } from './model-prober.ts';
import type { ProbeLimits } from './probe-limits.ts';
import { readModel } from './read-model.ts';
import { withRunnable } from './runnable-tensors.ts';
import { modelInput, tensorShapes, type ImageSize, type TensorShapes } from './tensor-shapes.ts';
import { findTokenGrid } from './token-grid.ts';
import { traceAxes } from './trace-axes.ts';
import { usualLayer, type UsualChoice } from './usual-layer.ts';
import { imageValues } from './value-inputs.ts';
import { weightBytes } from './weight-bytes.ts';

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
  /** Whether a session finds this order by itself; else it has to be told. */
  readonly layoutFound: boolean;
  /** Number of units. */
  readonly units: number;
  /** Rows of a unit's map. */
  readonly height: number;
  /** Columns of a unit's map. */
  readonly width: number;
  /** Class and register tokens before those of the map; 0 for maps. */
  readonly prefixTokens: number;
  /**
   * Whether grid and prefix of tokens are guessed from their number, since the graph does not tell how they came about.
   */
  readonly guessed: boolean;
  /**
   * Type of the values, such as `float32`; whole numbers (`uint8`, `int8`) are turned into values as the model states
   * it.
   */
  readonly type: string;
  /** Whether this is the usual choice: the last map (or tokens) before global pooling. */
  readonly usual: boolean;
}

/** Tensors that cannot be dissected though they have three axes or more, by the reason. */
export interface LeftOutTensors {
  /** What they are, or lack: the end of a sentence that begins with them. */
  readonly reason: string;
  /** Number of their axes; 0 where it is not known. */
  readonly axes: number;
  /** Their names, in the order in which the model makes them. */
  readonly tensors: readonly string[];
}

/** The layers of a model. */
export interface LayerList {
  /** Layers in the order in which the model makes them. */
  readonly layers: readonly Layer[];
  /** Which of them is the usual choice, and why; or why none is. */
  readonly choice: UsualChoice;
  /** What was left out, and why. */
  readonly leftOut: readonly LeftOutTensors[];
  /** Size of the images that the map sizes belong to. */
  readonly input: ImageSize;
  /** Channels of the images, if the file fixes their number. */
  readonly channels: number | undefined;
  /** Type of the input, such as `uint8`, which gets the bytes of images as they are. */
  readonly inputType: ModelInput['type'];
  /** Where the sizes come from. */
  readonly source: TensorShapes['source'];
}

/** Settings of {@link listLayers}. */
export interface ListLayersOptions extends ProbeLimits {
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /** Size of the images, in pixels, where the file leaves it free. @default 224 x 224 */
  readonly inputSize?: FreeSizes;
  /** Tensors to look at, with those that they are made from; nothing else of the model is. @default all */
  readonly tensors?: readonly string[];
  /** Ends the look at once. */
  readonly signal?: AbortSignal;
}

const defaultSize: ImageSize = { height: 224, width: 224 };

/**
 * Lists the tensors of a model that can be dissected: maps (four axes) of more than one place, and grids of tokens
 * (three axes) that a map was flattened into. One of them is marked as the usual choice, if it can be told which is
 * meant. Tensors that need an operator which the runtime lacks are left out.
 *
 * @throws InputError as {@link readModel} and the opening of a session do.
 */
export async function listLayers(
  file: string,
  { graph, inputSize = defaultSize, tensors: wanted, ...limits }: ListLayersOptions = {},
): Promise<LayerList> {
  const whole = readModel(file, graph);
  const model = wanted === undefined ? whole : partOf(whole, wanted);
  const image = modelInput(model, inputSize);
  const size = { height: image.height ?? inputSize.height, width: image.width ?? inputSize.width };
  const prober = new ModelProber({ ...limits, weightBytes: weightBytes(model) });
  const { result, unrunnable } = await withRunnable(model, async (tensors) => ({
    tensors,
    known: await tensorShapes(model, tensors, image, size, prober),
  })).finally(() => {
    prober.end();
  });
  const { shapes, types, batch, source }: TensorShapes = result?.known ?? {
    shapes: new Map(),
    types: new Map(),
    batch: 1,
    source: 'inference',
  };
  const made = new Set(result?.tensors);
  const sized = new Map([
    ...shapes,
    [image.name, [batch, ...image.dims(image.givenChannels * size.height * size.width)]],
  ]);
  const axes = traceAxes(model, { tensors: made, shapes: sized, input: image.name, layout: image.layout });
  const layouts = mapLayouts(model.graph, (name) => sized.get(name)?.length === 4, image.layout);
  const quantised = quantisations(model.graph);
  const found: FoundLayer[] = [];
  const leftOut = new LeftOut();
  for (const { operator, tensors } of unrunnable)
    for (const tensor of tensors) leftOut.add(`need the operator ${operator}, which the runtime lacks`, 0, tensor);
  for (const tensor of made) {
    const shape = shapes.get(tensor);
    if (shape === undefined || shape.length < 3 || shape.filter((length) => length > 1).length < 2) continue;
    const facts = {
      tensor,
      shape,
      type: types.get(tensor) ?? '',
      batch,
      axes: axes.get(tensor),
      layout: layouts.get(tensor),
      isQuantised: quantised.has(tensor),
    };
    const layer = describeTensor(facts, found);
    if (typeof layer === 'string') leftOut.add(layer, shape.length, tensor);
    else found.push(layer);
  }
  const view = new GraphView(model.graph, { axes, shapes, values: imageValues(model.graph, image.name), batch });
  const choice = usualLayer(view, found);
  const layers = found.map((layer) => {
    const { name = '', operator = '' } = view.maker(layer.tensor) ?? {};
    return { ...layer, node: name, operator, usual: layer.tensor === choice.tensor };
  });
  return {
    layers,
    choice,
    leftOut: leftOut.groups,
    input: size,
    channels: image.channels,
    inputType: image.type,
    source,
  };
}

/** Tensors that are left out, by the reason and the number of their axes. */
class LeftOut {
  readonly groups: { readonly reason: string; readonly axes: number; readonly tensors: string[] }[] = [];

  add(reason: string, axes: number, tensor: string): void {
    const group = this.groups.find((each) => each.reason === reason && each.axes === axes);
    if (group === undefined) this.groups.push({ reason, axes, tensors: [tensor] });
    else group.tensors.push(tensor);
  }
}

/** A model with nothing but what some of its tensors need. */
function partOf(model: OnnxModel, tensors: readonly string[]): OnnxModel {
  const { nodes, inputs, tensors: names } = cutGraph(model, tensors);
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes,
      inputs,
      outputs: names.map((name) => ({ name, type: undefined, start: 0, end: 0 })),
    },
  };
}

type FoundLayer = Omit<Layer, 'node' | 'operator' | 'usual'>;

/** What is known of a tensor that may be a layer. */
interface TensorFacts {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly batch: number;
  readonly axes: Axes | undefined;
  readonly layout: Layout | undefined;
  readonly isQuantised: boolean;
}

/** The layer that a tensor is, or why it is none. */
function describeTensor(facts: TensorFacts, earlier: readonly FoundLayer[]): FoundLayer | string {
  const { shape, type, batch, isQuantised } = facts;
  if (!type.startsWith('float') && !(isQuantised && /^u?int8$/u.test(type)))
    return `hold whole numbers (${type}) without a scale`;
  if (shape[0] !== batch) return 'have another first axis than that of the images';
  if (shape.length === 4) return describeMap(facts);
  return shape.length === 3 ? describeTokens(facts, earlier) : 'have more axes than maps';
}

function describeMap({ tensor, shape, type, axes, layout: stated }: TensorFacts): FoundLayer | string {
  if (axes?.every(isPlain) === true) return noPlaces;
  const layout = axes === undefined ? stated : axesLayout(axes);
  if (layout === undefined) return axes === undefined ? unknownOrder : outOfOrder;
  const [, first = 0, second = 0, third = 0] = shape;
  const [units, height, width] = layout === 'NCHW' ? [first, second, third] : [third, first, second];
  if (axes?.some(isPiece) === true) return 'are pieces that were cut out of maps';
  return height * width > 1
    ? {
        tensor,
        kind: 'map',
        layout,
        units,
        height,
        width,
        prefixTokens: 0,
        layoutFound: layout === (stated ?? 'NCHW'),
        guessed: false,
        type,
      }
    : noPlaces;
}

/** Order of the axes of a map; undefined where they are those of no map. */
function axesLayout([, one = [], two = [], three = []]: Axes): Layout | undefined {
  if (isPlain(one) && isLine(two, 'row') && isLine(three, 'column')) return 'NCHW';
  return isPlain(three) && isLine(one, 'row') && isLine(two, 'column') ? 'NHWC' : undefined;
}

/** Whether rows or columns are missing. */
const isPiece = ([part]: Axis) => (part?.kind === 'row' || part?.kind === 'column') && part.total < part.whole;

const unknownOrder = 'stand behind operators of which it is not known what they do with places';
const outOfOrder = 'hold the places of the image, but not as rows and columns of maps';
const noPlaces = 'hold no places of the image';

function describeTokens(
  { tensor, shape, type, axes }: TensorFacts,
  earlier: readonly FoundLayer[],
): FoundLayer | string {
  const [, tokens = 0, units = 0] = shape;
  const layer = (
    grid: { readonly height: number; readonly width: number },
    prefixTokens: number,
    guessed: boolean,
  ): FoundLayer => ({
    tensor,
    kind: 'tokens',
    layout: 'tokens',
    layoutFound: true,
    units,
    height: grid.height,
    width: grid.width,
    prefixTokens,
    guessed,
    type,
  });
  const maps = earlier.filter(({ kind }) => kind === 'map');
  if (axes === undefined) {
    // A flattened map before it is transposed has the units first.
    const isFlat = maps.some((map) => map.units === tokens && map.height * map.width === units);
    const guess = isFlat || units < 2 ? undefined : findTokenGrid(tokens, maps);
    return guess === undefined ? noGrid : layer(guess, guess.prefix, true);
  }
  const [, places = [], last = []] = axes;
  const grid = tokenGrid(places);
  if (isPlain(places) && tokenGrid(last) !== undefined) return 'are flattened maps with the units first';
  if (axes.every(isPlain)) return noPlaces;
  if (grid === undefined || !isPlain(last) || units < 2) return noGrid;
  return grid.behind > 0 ? 'have tokens behind those of the image' : layer(grid, grid.before, false);
}

const noGrid = 'are no grid that a map was flattened into';
