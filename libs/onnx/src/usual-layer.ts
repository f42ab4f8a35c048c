import { mapMeaning } from './class-maps.ts';
import type { GraphView } from './graph-view.ts';
import { lastLayer } from './last-convolution.ts';
import type { GraphNode } from './onnx-model.ts';

/** A tensor that may be the usual choice. */
export interface UsualCandidate {
  /** Name of the tensor. */
  readonly tensor: string;
  /** A map of units, or tokens. */
  readonly kind: 'map' | 'tokens';
  /** Number of units. */
  readonly units: number;
  /** Rows of the map. */
  readonly height: number;
  /** Columns of the map. */
  readonly width: number;
  /** Whether the grid of the tokens is a guess by their number. */
  readonly guessed: boolean;
}

/** What is chosen of a model, and why. */
export interface UsualChoice {
  /** Name of the tensor; undefined where it cannot be told which is meant. */
  readonly tensor: string | undefined;
  /** Why it was chosen, or why none was: the end of a sentence. */
  readonly reason: string;
  /** Tensors that may be meant, the likeliest first. */
  readonly candidates: readonly string[];
}

/** Operators between pooled class maps and the output. */
const scoring = new Set([
  'Identity',
  'Dropout',
  'Cast',
  'Pad',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Softmax',
  'LogSoftmax',
  'Sigmoid',
  'QuantizeLinear',
  'DequantizeLinear',
  'QLinearSoftmax',
  'QLinearSigmoid',
]);
/** Operators that only frame or rename what they read. */
const neutral = new Set(['Identity', 'Dropout', 'Cast', 'Pad']);
/** How many tensors are named where none is chosen. */
const namedMost = 5;

/**
 * The tensor that is usually dissected: the last that is pooled on the way to an output, in which the places of the
 * image are not told apart any more (for tokens: the last before the class token is taken, or the mean). Pooling whose
 * result goes back into maps, as that of gates and norms does, is none. Where what is pooled are already the maps of
 * the classes, the features that they are made from are meant. A model without pooling is read at its last tokens, or
 * at the last of the widest maps of the lowest resolution. Where it cannot be told which is meant, none is chosen.
 *
 * @param view the graph, with what its axes run over
 * @param candidates in the order in which they are made
 */
export function usualLayer(view: GraphView, candidates: readonly UsualCandidate[]): UsualChoice {
  const names = new Map(candidates.map((candidate, index) => [candidate.tensor, index]));
  const none = (reason: string, likely: readonly string[] = []): UsualChoice => ({
    tensor: undefined,
    reason,
    candidates: [
      ...new Set([
        ...likely,
        ...candidates
          .slice(-namedMost)
          .reverse()
          .map(({ tensor }) => tensor),
      ]),
    ].slice(0, namedMost),
  });
  if (candidates.length === 0) return none('no tensor of the model holds maps');
  const pooled = lastPooled(view, names);
  const choice = pooled === undefined ? withoutPooling(view, candidates) : beforePooling(view, pooled, names);
  if (typeof choice.tensor !== 'string') return none(choice.reason, choice.likely);
  const tensor = mapOf(view, choice.tensor, candidates, names) ?? plainSource(view, choice.tensor, names);
  if (candidates[names.get(tensor) ?? -1]?.guessed === true)
    return none('how the tokens lie on the image can only be guessed from their number', [tensor]);
  return { tensor, reason: choice.reason, candidates: [tensor] };
}

interface Choice {
  readonly tensor: string | undefined;
  readonly reason: string;
  readonly likely?: readonly string[];
}

/** Maps or tokens that are pooled, the node that does it, and what follows it. */
interface Pooled {
  readonly tensor: string;
  readonly node: GraphNode;
  readonly behind: Behind;
}

/** What lies between a node and the outputs. */
interface Behind {
  /** Operators of all nodes in between. */
  readonly operators: ReadonlySet<string>;
  /** Outputs that are reached. */
  readonly outputs: readonly string[];
  /** Whether all of it only makes scores of what is pooled. */
  readonly isScoring: boolean;
}

function lastPooled(view: GraphView, names: ReadonlyMap<string, number>): Pooled | undefined {
  let last: Pooled | undefined;
  for (const node of view.graph.nodes) {
    const [output] = node.outputs;
    if (output === undefined || view.shape(output) === undefined || view.hasPlaces(output)) continue;
    const inputs = view.madeInputs(node).filter((name) => view.shape(name) !== undefined && view.hasPlaces(name));
    if (inputs.length === 0) continue;
    const behind = followToOutputs(view, output);
    if (behind.outputs.length === 0) continue;
    for (const input of inputs) {
      const tensor = inputs.length > 1 ? attended(view, input, names) : nearest(view, input, names);
      if (tensor !== undefined && (last === undefined || (names.get(tensor) ?? 0) >= (names.get(last.tensor) ?? 0)))
        last = { tensor, node, behind };
    }
  }
  return last;
}

/**
 * Follows values in which no places are told apart any more to the outputs; where they join maps again, they are not
 * followed.
 */
function followToOutputs(view: GraphView, tensor: string): Behind {
  const operators = new Set<string>();
  const outputs = [] as string[];
  const seen = new Set<string>();
  let isScoring = true;
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    // Several values for each of many queries, boxes or steps are no description of the image as a whole.
    if (view.isOutput(name)) {
      if (view.longAxes(name) <= 1) outputs.push(name);
      else isScoring = false;
    }
    const readers = view.readers(name);
    if (readers.length === 0 && !view.isOutput(name)) isScoring = false;
    for (const node of readers) {
      isScoring &&= scoring.has(node.operator);
      const next = node.outputs.filter((output) => output !== '' && !view.hasPlaces(output));
      if (next.length === 0) isScoring = false;
      else operators.add(node.operator);
      for (const output of next) open.push(output);
    }
  }
  return { operators, outputs, isScoring };
}

/** The candidate whose values a tensor holds, moved, or pooled over some of their places already. */
function nearest(view: GraphView, tensor: string, names: ReadonlyMap<string, number>): string | undefined {
  for (let name: string | undefined = tensor; name !== undefined;) {
    if (names.has(name)) return name;
    const node = view.maker(name);
    name =
      node === undefined
        ? undefined
        : (view.moved(node) ?? (node.operator.startsWith('Reduce') ? node.inputs[0] : undefined));
  }
  return undefined;
}

/** The candidate that keys and values of attention are made from: what stands before their projection. */
function attended(view: GraphView, tensor: string, names: ReadonlyMap<string, number>): string | undefined {
  for (let name: string | undefined = tensor; name !== undefined;) {
    const node = view.maker(name);
    const made = node === undefined ? [] : view.madeInputs(node);
    if (node === undefined || made.length !== 1) break;
    // A learned query stands on the left: its product with the keys weighs places, and is no projection.
    const isQuery = view.isLayer(node) && node.inputs[0] !== made[0];
    if (view.isLayer(node) && !isQuery) return nearestThroughSums(view, made[0] ?? '', names);
    if (!isQuery && view.moved(node) === undefined && !['Add', 'Mul', 'Div', 'Softmax'].includes(node.operator)) break;
    name = made[0];
  }
  return nearest(view, tensor, names);
}

/** As {@link nearest}, through position embeddings that are added. */
function nearestThroughSums(view: GraphView, tensor: string, names: ReadonlyMap<string, number>): string | undefined {
  for (let name: string | undefined = tensor; name !== undefined;) {
    if (names.has(name)) return name;
    const node = view.maker(name);
    const made = node === undefined ? [] : view.madeInputs(node);
    name =
      node === undefined
        ? undefined
        : (view.moved(node) ??
          (node.operator === 'Add' && made.length === 1 ? made[0] : made.find((input) => names.has(input))));
  }
  return undefined;
}

function beforePooling(view: GraphView, { tensor, node, behind }: Pooled, names: ReadonlyMap<string, number>): Choice {
  const how = `${node.operator}${node.name === '' ? '' : ` "${node.name}"`}`;
  const output = behind.outputs.map((name) => `"${name}"`).join(', ');
  const reason = `it is the last that is pooled (${how}) on the way to the output ${output}`;
  const [pooledTo] = node.outputs;
  const isOneEach =
    pooledTo !== undefined &&
    (view.shape(pooledTo) ?? []).reduce((product, size) => product * size, 1) <
      (view.shape(tensor) ?? []).reduce((product, size) => product * size, 1);
  if (!behind.isScoring || !isOneEach || view.shape(tensor)?.length !== 4) return { tensor, reason };
  const { meaning, evidence, before } = mapMeaning(view, tensor, behind.operators, behind.outputs);
  const below = nearest(view, before, names);
  const features = below !== undefined && isMadeByLayer(view, below) ? below : undefined;
  if (meaning === 'features' || features === undefined)
    return {
      tensor,
      reason: `${reason}; it holds features, since ${meaning === 'features' ? evidence : 'no other maps are before it'}`,
    };
  if (meaning === 'classes')
    return {
      tensor: features,
      reason: `it is read by the last convolution, whose maps "${tensor}" are those of the classes (${evidence}) and pooled (${how}) into ${output}`,
    };
  return {
    tensor: undefined,
    reason: `what is pooled (${how}) into ${output} may be features ("${tensor}") or one map for each class, made from "${features}": ${evidence}`,
    likely: [tensor, features],
  };
}

/** Whether a layer lies above a tensor; else it is the image, scaled or moved. */
function isMadeByLayer(view: GraphView, tensor: string): boolean {
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = seen.has(name) ? undefined : view.maker(name);
    seen.add(name);
    if (node === undefined) continue;
    if (view.isLayer(node)) return true;
    for (const input of view.madeInputs(node)) open.push(input);
  }
  return false;
}

function withoutPooling(view: GraphView, candidates: readonly UsualCandidate[]): Choice {
  const read = candidates.filter(({ tensor }) => !isPrediction(view, tensor));
  // A model of one layer has nothing else.
  const names = new Map(candidates.map(({ tensor }, index) => [tensor, index]));
  const inner = (read.length > 0 ? read : candidates).filter(
    ({ tensor, kind }) => kind === 'map' || mapOf(view, tensor, candidates, names) === undefined,
  );
  const last = inner.at(-1);
  const maps = inner.filter(({ kind }) => kind === 'map');
  const area = maps.reduce((least, { height, width }) => Math.min(least, height * width), Number.POSITIVE_INFINITY);
  const lowest = maps.filter(({ height, width }) => height * width === area);
  const widest = lowest.reduce((most, { units }) => Math.max(most, units), 0);
  const chosen =
    lowest.filter(({ tensor }) => view.isOutput(tensor)).at(-1) ??
    lowest.filter(({ units }) => units === widest).at(-1);
  if (last?.kind === 'tokens') {
    const reaching = inner
      .filter(({ tensor, kind }) => kind === 'tokens' && reachesOutputWithPlaces(view, tensor))
      .at(-1);
    if (reaching !== undefined)
      return {
        tensor: reaching.tensor,
        reason: 'nothing is pooled, and it holds the last tokens on the way to the output',
      };
    return {
      tensor: undefined,
      reason: 'nothing is pooled, and the tokens of the image are read by queries, not put out',
      likely: [last.tensor, ...(chosen === undefined ? [] : [chosen.tensor])],
    };
  }
  if (chosen !== undefined && view.isOutput(chosen.tensor))
    return {
      tensor: chosen.tensor,
      reason: 'nothing is pooled, and the model puts it out: the last of the lowest resolution',
    };
  if (chosen === undefined || isHidden(view, names))
    return {
      tensor: undefined,
      reason: 'nothing is pooled, and most layers work on tensors that hold no maps or tokens as they are listed',
    };
  // A map that is put out as a convolution gives it may be that of a backbone cut off here, or the scores of a dense
  // prediction.
  const output = candidates.find(
    ({ tensor, kind, height, width }) =>
      kind === 'map' &&
      !inner.some((each) => each.tensor === tensor) &&
      view.isOutput(tensor) &&
      height * width <= area,
  );
  if (output !== undefined && view.graph.outputs.length === 1) {
    const { meaning, evidence } = mapMeaning(view, output.tensor, new Set(), [output.tensor]);
    if (meaning === 'features')
      return { tensor: output.tensor, reason: `the model puts it out, and it holds features, since ${evidence}` };
    if (meaning === 'unknown')
      return {
        tensor: undefined,
        reason: `nothing is pooled, and the output "${output.tensor}" may be features or one map for each class: ${evidence}`,
        likely: [output.tensor, chosen.tensor],
      };
  }
  return {
    tensor: chosen.tensor,
    reason: `nothing is pooled, and it is the last of the widest maps (${String(widest)} units) of the lowest resolution (${String(chosen.height)} x ${String(chosen.width)})`,
  };
}

/** Whether most layers over places put out no candidate, as in transformers whose tokens are ordered otherwise. */
function isHidden(view: GraphView, names: ReadonlyMap<string, number>): boolean {
  let [listed, hidden] = [0, 0];
  for (const node of view.graph.nodes) {
    const [output = ''] = node.outputs;
    if (
      node.operator.endsWith('Integer') ||
      !view.isLayer(node) ||
      view.madeInputs(node).length === 0 ||
      view.longAxes(output) < 2 ||
      !view.hasPlaces(output)
    )
      continue;
    if (names.has(output)) listed++;
    else hidden++;
  }
  return hidden > listed;
}

/**
 * Whether a tensor is made by a layer without an activation or sum behind it, and put out with no layer in between:
 * scores, boxes and the like.
 */
function isPrediction(view: GraphView, tensor: string): boolean {
  const layer = lastLayer(view, tensor);
  if (layer === undefined || layer.isBlock || isBent(view, tensor)) return false;
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of view.readers(name)) {
      if (view.isLayer(node)) return false;
      for (const output of node.outputs) if (output !== '') open.push(output);
    }
  }
  return true;
}

/** Whether an activation other than those that make probabilities stands right behind the layer that makes a tensor. */
function isBent(view: GraphView, tensor: string): boolean {
  for (let name = tensor; ;) {
    const node = view.maker(name);
    if (node === undefined || view.isLayer(node)) return false;
    if (['Relu', 'Clip', 'LeakyRelu', 'PRelu', 'HardSwish', 'Gelu', 'Mish', 'Elu', 'Erf'].includes(node.operator))
      return true;
    const made = view.madeInputs(node).filter((input) => view.hasPlaces(input));
    // A product with a function of itself, such as x * sigmoid(x).
    if (made.length > 1) return true;
    const [before] = made;
    if (before === undefined) return false;
    name = before;
  }
}

function reachesOutputWithPlaces(view: GraphView, tensor: string): boolean {
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (view.isOutput(name)) return true;
    for (const { outputs } of view.readers(name))
      for (const output of outputs) if (output !== '' && view.hasPlaces(output)) open.push(output);
  }
  return false;
}

/** The map whose values tokens hold in another order, if they do. */
function mapOf(
  view: GraphView,
  tensor: string,
  candidates: readonly UsualCandidate[],
  names: ReadonlyMap<string, number>,
): string | undefined {
  for (let name: string | undefined = tensor; name !== undefined;) {
    if (candidates[names.get(name) ?? -1]?.kind === 'map') return name === tensor ? undefined : name;
    const node = view.maker(name);
    const before: string | undefined =
      node === undefined ||
      !['Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Cast'].includes(node.operator)
        ? undefined
        : node.inputs[0];
    name = before;
  }
  return undefined;
}

/** The tensor whose values another only frames or renames. */
function plainSource(view: GraphView, tensor: string, names: ReadonlyMap<string, number>): string {
  for (let name = tensor; ;) {
    const node = view.maker(name);
    const before = node === undefined || !neutral.has(node.operator) ? undefined : view.moved(node);
    if (before === undefined || !names.has(before) || String(view.shape(before)) !== String(view.shape(name)))
      return name;
    name = before;
  }
}
