import type { GraphView } from './graph-view.ts';
import { isOneByOne, lastLayer } from './last-convolution.ts';

/** What maps hold that are pooled into the output: features, one map for each class, or one of the two. */
export interface MapMeaning {
  /** What they hold. */
  readonly meaning: 'features' | 'classes' | 'unknown';
  /** What tells so: a sentence. */
  readonly evidence: string;
  /** What the layer that makes them reads. */
  readonly before: string;
}

/** Operators that make probabilities of scores. */
const normalising = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'QLinearSoftmax', 'QLinearSigmoid']);
const classNames = /class|logit|score|prob|softmax/iu;
const featureNames = /feature|feat\b|embed|backbone|hidden/iu;

/**
 * Tells maps of features from maps of classes where both may be meant: what is pooled and put out with no layer in
 * between is either a backbone without its head, or a network whose last convolution already scores the classes.
 *
 * @param view the graph
 * @param tensor maps that are pooled
 * @param behind operators between the maps and the outputs
 * @param outputs names of these outputs
 */
export function mapMeaning(
  view: GraphView,
  tensor: string,
  behind: ReadonlySet<string>,
  outputs: readonly string[],
): MapMeaning {
  const layer = lastLayer(view, tensor);
  const before = layer === undefined ? '' : (view.madeInputs(layer.node)[0] ?? '');
  const told = (meaning: MapMeaning['meaning'], evidence: string): MapMeaning => ({ meaning, evidence, before });
  if (layer === undefined) return told('features', 'no convolution makes them alone');
  if (layer.isBlock) return told('features', 'they are a sum of layers, or scaled by a gate');
  if (!isOneByOne(view, layer)) return told('features', 'the last convolution is larger than 1 x 1');
  const normaliser = [...behind].find((operator) => normalising.has(operator));
  if (normaliser !== undefined) return told('classes', `${normaliser} makes probabilities of them`);
  const source = lastLayer(view, before);
  if (source !== undefined && !source.activated)
    return told('features', 'the last 1 x 1 convolution reads values without an activation, as a classifier does not');
  const texts = [layer.node.name, ...outputs];
  const [named, features] = [classNames, featureNames].map((pattern) => texts.find((text) => pattern.test(text)));
  if (named !== undefined && features === undefined) return told('classes', `"${named}" names them`);
  if (features !== undefined && named === undefined) return told('features', `"${features}" names them`);
  const units = unitsOf(view, layer.node.inputs, tensor);
  // Layers are a multiple of 8 units wide; 1,000 is the number of classes of ImageNet.
  if (units % 8 !== 0 || units % 1000 === 0)
    return told('classes', `${String(units)} is a number of classes, not the width of a layer`);
  if (layer.activated && units >= 256 && units % 32 === 0)
    return told('features', `an activation and ${String(units)} units are those of a layer`);
  return told(
    'unknown',
    `a 1 x 1 convolution to ${String(units)} units makes them, and nothing tells whether these are classes`,
  );
}

function unitsOf(view: GraphView, inputs: readonly string[], tensor: string): number {
  const weights = inputs
    .map((name) => view.constantDims(name))
    .find((dims) => dims?.length === 4 || dims?.length === 2);
  return (weights?.length === 4 ? weights[0] : weights?.[1]) ?? view.shape(tensor)?.[1] ?? 0;
}
