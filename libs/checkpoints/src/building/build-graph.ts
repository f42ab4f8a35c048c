import { InputError, suggestName } from '@intermodel/errors';
import type { ArchitectureName, Network } from '../architecture.ts';
import { assembleGraph, nodesAbove, type AssembledGraph } from './assemble-graph.ts';
import { drawConvnext } from './convnext.ts';
import type { Drawer, ImageSize } from './drawing.ts';
import { GraphDraft, type DraftLayer } from './graph-draft.ts';
import { drawAlexnet, drawVgg } from './plain-convolutions.ts';
import { drawResnet } from './resnet.ts';
import { drawSqueezenet } from './squeezenet.ts';
import { TakenFacts } from './taken-facts.ts';
import { drawTransformer } from './transformer.ts';
import type { WeightType } from './weight-values.ts';

/** Settings of {@link buildGraph}. */
export interface BuildOptions {
  /** Tensor that is dissected, such as `layer4.2`, or a group of blocks, whose last is meant. @default the last of the architecture */
  readonly layer?: string;
  /** Whether the graph goes on to the classifier, where there are weights of one. @default false: it ends at the layer */
  readonly head?: boolean;
  /** Type of weights and activations. @default 'float32' */
  readonly dtype?: WeightType;
  /** Size of the images. @default free, or what the positions of a transformer were stored for */
  readonly inputSize?: ImageSize;
  /** Metadata that is written into the model. @default none */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A graph made of a network: no weights were read. */
export interface BuiltGraph extends AssembledGraph {
  /** Tensor that is dissected. */
  readonly layer: string;
  /** Tensor that the graph puts out: `layer`, or the classes of the head where one was wanted and is there. */
  readonly output: string;
  /** Tensors of the graph that blocks put out, in their order. */
  readonly layers: readonly string[];
  /** The image: its name, channels, and size where it is not free. */
  readonly input: { readonly name: string; readonly channels: number; readonly size: ImageSize | undefined };
  /** What the graph rests on and weights do not tell: one sentence each. */
  readonly assumptions: readonly string[];
  /** Weights that the network has no place for, by name. */
  readonly unused: readonly string[];
}

/** Name of the image input. */
const inputName = 'input';
const drawers: Readonly<Record<ArchitectureName, Drawer>> = {
  resnet: drawResnet,
  vit: drawTransformer,
  convnext: drawConvnext,
  vgg: drawVgg,
  alexnet: drawAlexnet,
  squeezenet: drawSqueezenet,
};

/**
 * Makes a graph of a network up to the layer that is dissected, and on to the classifier where that is wanted. Depth,
 * width and the like follow from the shapes of the weights; no values are read before the graph is written.
 *
 * @throws InputError `NETWORK_WEIGHT_MISSING`, `NETWORK_WEIGHT_SHAPE`, `NETWORK_WEIGHT_TYPE`, `NETWORK_FACT_UNKNOWN`,
 *   `NETWORK_FACT_VALUE`, `NETWORK_FACT_MISSING`, `NETWORK_INPUT_SIZE`, `NETWORK_LAYER_UNKNOWN`.
 */
export function buildGraph(network: Network, options: BuildOptions = {}): BuiltGraph {
  const { dtype = 'float32', metadata } = options;
  const draft = new GraphDraft(network.weights);
  const facts = new TakenFacts(network.architecture, network.facts);
  const { channels, size, head } = drawers[network.architecture]({
    draft,
    facts,
    input: inputName,
    size: options.inputSize,
    head: options.head === true,
  });
  const layer = chooseLayer(draft.layers, options.layer);
  const output = options.head === true && head !== undefined ? head : layer.name;
  const value = (name: string, dims: readonly (number | string | undefined)[]) => ({ name, type: dtype, dims });
  const layerDims = ({ kind, units }: DraftLayer) =>
    kind === 'map' ? ['batch', units, undefined, undefined] : ['batch', undefined, units];
  const made = new Set(nodesAbove(draft.nodes, [output]).flatMap(({ outputs }) => outputs));
  const assembled = assembleGraph(draft, {
    name: network.architecture,
    dtype,
    input: value(inputName, ['batch', channels, size?.height ?? 'height', size?.width ?? 'width']),
    outputs: [value(output, output === layer.name ? layerDims(layer) : ['batch', undefined])],
    metadata,
  });
  return {
    layer: layer.name,
    output,
    layers: draft.layers.map(({ name }) => name).filter((name) => made.has(name)),
    input: { name: inputName, channels, size },
    assumptions: facts.sentences(),
    unused: draft.unused(),
    ...assembled,
  };
}

/** The layer that was named, or the last of the group that was named; by default the last of all. */
/** Name of the layer that is meant by a name: its own, or that of a group of blocks (`layer3`), whose last is meant. */
export function namedLayer(layers: readonly string[], named: string): string | undefined {
  return layers.includes(named) ? named : layers.findLast((name) => name.startsWith(`${named}.`));
}

function chooseLayer(layers: readonly DraftLayer[], named: string | undefined): DraftLayer {
  const names = layers.map(({ name }) => name);
  const meant = named === undefined ? names.at(-1) : namedLayer(names, named);
  const found = layers.find(({ name }) => name === meant);
  if (found !== undefined) return found;
  throw new InputError('NETWORK_LAYER_UNKNOWN', `the network has no layer "${String(named)}"`, {
    hint: suggestName(String(named), names),
  });
}
