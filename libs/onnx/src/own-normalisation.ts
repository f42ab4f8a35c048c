import { constantTensors } from './constants.ts';
import type { Graph } from './onnx-model.ts';

/** Operators that leave values as they are, or only move them. */
const passing = new Set(['Cast', 'Identity', 'Transpose']);
/** Operators that shift or scale values by a constant. */
const shifting = new Set(['Sub', 'Add']);
const scaling = new Set(['Mul', 'Div']);
/** Most channels of an image: a constant with more values is no mean of channels. */
const mostChannels = 4;

/**
 * Finds out whether a graph normalises images itself: whether the first thing that it does with its input is to
 * subtract a constant, one for all or one for each channel, scaled before or not.
 *
 * @param graph main graph of a model
 * @returns name of the tensor that the constant was subtracted from; undefined where it does not
 */
export function ownNormalisation(graph: Graph): string | undefined {
  const constants = constantTensors(graph);
  const isSmall = (tensor: string) => {
    const dims = constants.get(tensor)?.dims;
    return dims !== undefined && dims.reduce((product, size) => product * size, 1) <= mostChannels;
  };
  const [image] = graph.inputs.filter(({ name }) => !constants.has(name));
  for (let tensor = image?.name; tensor !== undefined;) {
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(tensor ?? ''));
    const [reader] = readers;
    if (reader === undefined || readers.length > 1) return undefined;
    const others = reader.inputs.filter((name) => name !== tensor);
    const isByConstant = others.length === 1 && others.every(isSmall);
    if (shifting.has(reader.operator) && isByConstant) return tensor;
    if (!passing.has(reader.operator) && !(scaling.has(reader.operator) && isByConstant)) return undefined;
    tensor = reader.outputs[0];
  }
  return undefined;
}
