import {
  isPlain,
  isPlaces,
  mixedAxis,
  placeAxis,
  plainAxis,
  reshapeAxes,
  sharedAxis,
  tokenAxis,
  tokenGrid,
  type Axes,
  type Axis,
} from './axis-parts.ts';
import { constantTensors, wholeNumbers } from './constants.ts';
import type { Layout } from './model-input.ts';
import type { GraphNode, OnnxModel } from './onnx-model.ts';
import { valueInputs } from './value-inputs.ts';

/** What is known of the tensors of a model before their axes are traced. */
export interface TracedShapes {
  /** Tensors that change with the image, in the order in which they are made. */
  readonly tensors: ReadonlySet<string>;
  /** Sizes of the axes of tensors. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Name of the image input. */
  readonly input: string;
  /** Order of its axes. */
  readonly layout: Layout;
}

/** A node with what is known of the tensors around it. */
interface Step {
  readonly node: GraphNode;
  /** Axes of an input; undefined where nothing is known of them. */
  readonly axes: (input: number) => Axes | undefined;
  /** Whether an input changes with the image. */
  readonly isMade: (input: number) => boolean;
  /** Whole numbers of a constant input, or of the attribute that older operator sets have instead. */
  readonly numbers: (input: number, attribute: string) => readonly number[] | undefined;
  /** A whole number of an attribute. */
  readonly attribute: (name: string, missing: number) => number;
  /** Sizes of an output. */
  readonly shape: (output: number) => readonly number[] | undefined;
}

type Rule = (step: Step, shape: readonly number[], output: number) => Axes | undefined;

/**
 * Finds what the axes of tensors run over: rows and columns of the image, tokens of its places, or what is no place.
 * Axes are followed from the image through every operator whose effect on them is known; tensors behind others are left
 * out.
 */
export function traceAxes(model: OnnxModel, { tensors, shapes, input, layout }: TracedShapes): Map<string, Axes> {
  const constants = constantTensors(model.graph);
  const traced = new Map<string, Axes>();
  const image = shapes.get(input);
  if (image?.length === 4) {
    const [batch = 1, ...sizes] = image;
    const [channels = 1, height = 1, width = 1] = layout === 'NCHW' ? sizes : [sizes[2], sizes[0], sizes[1]];
    const units = plainAxis(channels);
    const rows = placeAxis('row', height);
    const columns = placeAxis('column', width);
    traced.set(input, [plainAxis(batch), ...(layout === 'NCHW' ? [units, rows, columns] : [rows, columns, units])]);
  }
  const isMade = (name: string) => name === input || tensors.has(name);
  const constantAxes = (name: string) => constants.get(name)?.dims.map(plainAxis);
  for (const node of model.graph.nodes) {
    const step: Step = {
      node,
      axes: (index) =>
        traced.get(node.inputs[index] ?? '') ??
        (isMade(node.inputs[index] ?? '') ? undefined : constantAxes(node.inputs[index] ?? '')),
      isMade: (index) => isMade(node.inputs[index] ?? ''),
      numbers: (index, attribute) => {
        const tensor = constants.get(node.inputs[index] ?? '');
        return (
          node.attributes.get(attribute)?.integers ??
          (tensor === undefined ? undefined : wholeNumbers(model.source, tensor))
        );
      },
      attribute: (name, missing) => node.attributes.get(name)?.integers[0] ?? missing,
      shape: (index) => shapes.get(node.outputs[index] ?? ''),
    };
    // What depends on the shape of the image only, such as resized position embeddings, holds none of its places.
    const isPlainNode = valueInputs(node).every((name) => !isMade(name) || traced.get(name)?.every(isPlain) === true);
    const rule = knownDomains.has(node.domain) ? (rules.get(node.operator) ?? elementwise) : elementwise;
    node.outputs.forEach((name, output) => {
      const shape = shapes.get(name);
      if (shape === undefined || !tensors.has(name)) return;
      const axes = isPlainNode ? shape.map(plainAxis) : rule(step, shape, output);
      if (axes !== undefined && fits(axes, shape)) traced.set(name, axes);
    });
  }
  return traced;
}

function fits(axes: Axes, shape: readonly number[]): boolean {
  return (
    axes.length === shape.length &&
    axes.every((axis, index) => axis.reduce((product, { size }) => product * size, 1) === shape[index])
  );
}

const sizeOf = (axis: Axis) => axis.reduce((product, { size }) => product * size, 1);

/** Operators whose result has the axes of what goes in, repeated where one has size 1. */
const elementwise: Rule = ({ node, axes, isMade }, shape) => {
  const inputs = node.inputs.flatMap((name, index) =>
    name === '' ? [] : [{ axes: axes(index), isMade: isMade(index) }],
  );
  const aligned = inputs.flatMap(({ axes: each, isMade: made }) => {
    if (each === undefined) return [];
    const offset = shape.length - each.length;
    const isAligned =
      offset >= 0 && each.every((axis, index) => sizeOf(axis) === 1 || sizeOf(axis) === shape[index + offset]);
    return isAligned ? [{ each, offset }] : made ? [undefined] : [];
  });
  if (aligned.includes(undefined)) return undefined;
  const around = shape.map((size, axis) =>
    aligned.map((input) => input?.each[axis - input.offset] ?? []).filter((each) => sizeOf(each) === size),
  );
  return around.every((axes) => axes.length > 0)
    ? around.map((axes, index) => sharedAxis(axes, shape[index] ?? 1))
    : undefined;
};

/** Operators over the places of channels first. */
const spatial: Rule = ({ axes }, shape) => {
  const before = axes(0);
  if (before !== undefined && before.length !== shape.length) return undefined;
  const [batch = plainAxis(shape[0] ?? 1), channels] = before ?? [];
  // The order of the input was guessed wrong where its channels run over places: the operator knows better.
  const isGuessWrong =
    channels !== undefined &&
    shape.length === 4 &&
    isPlaces(channels) &&
    before?.slice(1).some((axis) => isPlain(axis));
  return shape.map((size, index) => {
    if (index < 2) return index === 0 ? (sizeOf(batch) === size ? batch : mixedAxis(size)) : plainAxis(size);
    const kind = index === 2 ? 'row' : 'column';
    const axis = before?.[index];
    if (axis === undefined || isGuessWrong === true)
      return shape.length === 4 ? placeAxis(kind, size) : mixedAxis(size);
    return stretched(axis, size);
  });
};

/** An axis whose values are padded or interpolated, or come from a window that moves over it. */
function stretched(axis: Axis, size: number): Axis {
  const [first] = axis;
  if (isPlain(axis)) return plainAxis(size);
  if (axis.length === 1 && (first?.kind === 'row' || first?.kind === 'column') && first.size === first.total)
    return size === first.size ? axis : placeAxis(first.kind, size);
  return sizeOf(axis) === size ? axis : mixedAxis(size);
}

const stretch: Rule = ({ axes }, shape) => {
  const before = axes(0);
  return before?.length === shape.length ? shape.map((size, index) => stretched(before[index] ?? [], size)) : undefined;
};

/** Repeats values along axes. */
const repeat: Rule = ({ axes }, shape) => {
  const before = axes(0);
  if (before === undefined) return undefined;
  return shape.map((size, index) => {
    const axis = before[index - shape.length + before.length] ?? [];
    return sizeOf(axis) === size ? axis : isPlain(axis) ? plainAxis(size) : mixedAxis(size);
  });
};

const reshape: Rule = ({ axes }, shape) => {
  const before = axes(0);
  return before === undefined ? undefined : reshapeAxes(before, shape);
};

const transpose: Rule = ({ node, axes }) => {
  const before = axes(0);
  const order = node.attributes.get('perm')?.integers ?? before?.map((_, axis) => before.length - 1 - axis);
  return before === undefined ? undefined : order?.map((axis) => before[axis] ?? []);
};

/** Products of matrices, `first` and `second` by their places among the inputs. */
const product =
  (first: number, second: number): Rule =>
  (step, shape) => {
    const turn = (axes: Axes | undefined, isTurned: boolean) =>
      axes !== undefined && isTurned && axes.length > 1
        ? [...axes.slice(0, -2), axes.at(-1) ?? [], axes.at(-2) ?? []]
        : axes;
    const left = turn(step.axes(first), step.attribute('transA', 0) === 1);
    const right = turn(step.axes(second), step.attribute('transB', 0) === 1);
    if ((left === undefined && step.isMade(first)) || (right === undefined && step.isMade(second))) return undefined;
    return shape.map((size, axis) => {
      const fromEnd = shape.length - axis;
      if (fromEnd === 1) return right === undefined ? plainAxis(size) : (right.at(-1) ?? []);
      if (fromEnd === 2) return left === undefined ? plainAxis(size) : (left.at(-2) ?? []);
      return sharedAxis(
        [left?.at(-fromEnd), right?.at(-fromEnd)].filter(
          (each) => each !== undefined && sizeOf(each) === size,
        ) as Axis[],
        size,
      );
    });
  };

/** Which axes a reduction takes away, or leaves with one value. */
function reducedAxes({ numbers, node }: Step, rank: number): readonly number[] | undefined {
  const named = node.attributes.get('axis')?.integers ?? numbers(1, 'axes');
  if (named === undefined && node.inputs[1] !== undefined && node.inputs[1] !== '') return undefined;
  return named?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? Array.from({ length: rank }, (_, axis) => axis);
}

const reduce: Rule = (step, shape) => {
  const before = step.axes(0);
  if (before === undefined) return undefined;
  const reduced = reducedAxes(step, before.length);
  if (step.attribute('keepdims', 1) === 1) return shape.map((size, axis) => (size === 1 ? [] : (before[axis] ?? [])));
  return reduced === undefined ? undefined : before.filter((_, axis) => !reduced.includes(axis));
};

/** Values from `start` to before `end` of an axis; undefined where only their number is known. */
function sliced(axis: Axis, size: number, range: { readonly start: number; readonly step: number } | undefined): Axis {
  const grid = tokenGrid(axis);
  if (range !== undefined && range.step < 0 && !isPlain(axis)) return mixedAxis(size);
  if (sizeOf(axis) === size) return axis;
  if (isPlain(axis)) return plainAxis(size);
  const [line] = axis;
  if (axis.length === 1 && (line?.kind === 'row' || line?.kind === 'column') && line.size === line.total) {
    // Every second row is a coarser map; some rows in a row are a piece.
    if (
      range !== undefined &&
      range.step > 1 &&
      line.total === line.whole &&
      size >= Math.floor(line.size / range.step)
    )
      return placeAxis(line.kind, size);
    return size === 1 ? [] : [{ ...line, size, total: size }];
  }
  if (grid === undefined || (range !== undefined && range.step !== 1)) return mixedAxis(size);
  const places = grid.height * grid.width;
  // Where the start is not written in the file, what has as many values as the grid is the grid.
  const start =
    range?.start ??
    (size === places + grid.behind ? grid.before : size === places ? grid.before : size <= grid.before ? 0 : undefined);
  if (start === undefined) return mixedAxis(size);
  const end = start + size;
  if (end <= grid.before || start >= grid.before + places) return plainAxis(size);
  if (start > grid.before || end < grid.before + places) return mixedAxis(size);
  return tokenAxis({ ...grid, before: grid.before - start, behind: end - grid.before - places });
}

const slice: Rule = (step, shape) => {
  const before = step.axes(0);
  if (before?.length !== shape.length) return undefined;
  const starts = step.numbers(1, 'starts');
  const axes = step.numbers(3, 'axes') ?? starts?.map((_, axis) => axis);
  const steps =
    step.node.inputs[4] === undefined || step.node.inputs[4] === '' ? starts?.map(() => 1) : step.numbers(4, 'steps');
  return shape.map((size, axis) => {
    const at = axes?.findIndex((each) => (each < 0 ? each + shape.length : each) === axis) ?? -1;
    const length = sizeOf(before[axis] ?? []);
    const start = starts?.[at];
    const range =
      start === undefined
        ? undefined
        : { start: Math.min(length, start < 0 ? Math.max(0, start + length) : start), step: steps?.[at] ?? 1 };
    return sliced(before[axis] ?? [], size, range);
  });
};

const split: Rule = (step, shape, output) => {
  const before = step.axes(0);
  if (before?.length !== shape.length) return undefined;
  return shape.map((size, axis) => {
    const earlier = step.node.outputs.slice(0, output).map((_, index) => step.shape(index)?.[axis]);
    const isCut = size !== sizeOf(before[axis] ?? []);
    const start =
      isCut && earlier.every((each) => each !== undefined)
        ? { start: earlier.reduce((sum, each) => sum + each, 0), step: 1 }
        : undefined;
    return sliced(before[axis] ?? [], size, start);
  });
};

const gather: Rule = (step, shape) => {
  const before = step.axes(0);
  if (before === undefined) return undefined;
  const axis = step.attribute('axis', 0);
  const at = axis < 0 ? axis + before.length : axis;
  const indices = shape.length - before.length + 1;
  const picked = shape
    .slice(at, at + indices)
    .map((size) => (isPlain(before[at] ?? []) ? plainAxis(size) : mixedAxis(size)));
  return [...before.slice(0, at), ...picked, ...before.slice(at + 1)];
};

/** Joins inputs along an axis; `pieces` are their places among the inputs. */
const concat =
  (pieces: (count: number) => number[]): Rule =>
  (step, shape) => {
    const parts = pieces(step.node.inputs.length).map((index) => ({
      axes: step.axes(index),
      isMade: step.isMade(index),
    }));
    if (parts.some(({ axes, isMade }) => axes === undefined && isMade)) return undefined;
    const known = parts.flatMap(({ axes }) => (axes?.length === shape.length ? [axes] : []));
    const axis = step.attribute('axis', 0);
    const along = axis < 0 ? axis + shape.length : axis;
    return shape.map((size, index) =>
      index === along
        ? joined(
            parts.map(({ axes }) => axes?.[along]),
            size,
            shape.length,
          )
        : sharedAxis(
            known.map((each) => each[index] ?? []).filter((each) => sizeOf(each) === size),
            size,
          ),
    );
  };

function joined(parts: readonly (Axis | undefined)[], size: number, rank: number): Axis {
  const places = parts.flatMap((part) => (part === undefined || isPlain(part) ? [] : [part]));
  const [first] = places;
  if (first === undefined) return plainAxis(size);
  const [line] = first;
  const isCutLine = (part: Axis) =>
    part.length === 1 &&
    (part[0]?.kind === 'row' || part[0]?.kind === 'column') &&
    part[0].kind === line?.kind &&
    part[0].size === part[0].total;
  // Rows that were cut out one piece after the other are whole again, as in a picture that is moved in a circle.
  if (
    places.every(isCutLine) &&
    (line?.kind === 'row' || line?.kind === 'column') &&
    size === line.whole &&
    places.length === parts.length
  )
    return placeAxis(line.kind, size);
  const grid = tokenGrid(first);
  if (places.length > 1 || grid === undefined || rank > 3) return mixedAxis(size);
  const at = parts.indexOf(first);
  const others = size - sizeOf(first);
  const before = othersBefore(parts.slice(0, at), parts.slice(at + 1), others);
  return before === undefined
    ? mixedAxis(size)
    : tokenAxis({ ...grid, before: before + grid.before, behind: others - before + grid.behind });
}

/** How many of the values that are joined to places stand before them: repeated class tokens may be of unknown size. */
function othersBefore(
  front: readonly (Axis | undefined)[],
  back: readonly (Axis | undefined)[],
  others: number,
): number | undefined {
  const length = (parts: readonly (Axis | undefined)[]) =>
    parts.includes(undefined) ? undefined : parts.reduce((sum, part) => sum + sizeOf(part ?? []), 0);
  const behind = length(back);
  return length(front) ?? (behind === undefined ? undefined : others - behind);
}

/** Operators that pick values by other values, so that none is where it was. */
const scatter: Rule = (_step, shape) => shape.map(mixedAxis);

/** Recurrent layers: steps x directions x images x units, or the last state. */
const recurrent: Rule = ({ axes }, shape, output) => {
  const before = axes(0);
  return output > 0 || before === undefined
    ? shape.map(plainAxis)
    : [before[0] ?? [], plainAxis(shape[1] ?? 1), before[1] ?? [], plainAxis(shape[3] ?? 1)];
};

/** Attention as one operator: the tokens of the queries, with other units. */
const attention: Rule = ({ axes }, shape, output) => {
  const before = axes(0);
  return output > 0 || before?.length !== shape.length
    ? undefined
    : shape.map((size, axis) => (axis === shape.length - 1 ? plainAxis(size) : (before[axis] ?? [])));
};

/** Sums of products by letters, without an ellipsis. */
const einsum: Rule = (step, shape) => {
  const [inputs = '', result = ''] = (step.node.attributes.get('equation')?.text ?? '').replaceAll(' ', '').split('->');
  if (result.length !== shape.length || inputs.includes('.')) return undefined;
  const terms = inputs.split(',');
  if (terms.some((_, index) => step.isMade(index) && step.axes(index) === undefined)) return undefined;
  return Array.from(result, (letter, axis) =>
    sharedAxis(
      terms
        .map((term, index) => step.axes(index)?.[term.indexOf(letter)] ?? [])
        .filter((each) => sizeOf(each) === shape[axis]),
      shape[axis] ?? 1,
    ),
  );
};

const unknown: Rule = () => undefined;

/** Operator sets whose names mean what they mean here. */
const knownDomains: ReadonlySet<string> = new Set(['', 'com.microsoft', 'com.microsoft.nchwc']);

const each = (operators: readonly string[], rule: Rule): [string, Rule][] =>
  operators.map((operator) => [operator, rule]);

const rules: ReadonlyMap<string, Rule> = new Map([
  ...each(['Conv', 'ConvTranspose', 'ConvInteger', 'QLinearConv', 'FusedConv', 'DeformConv', 'MaxPool', 'AveragePool', 'LpPool', 'MaxUnpool', 'QLinearAveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'QLinearGlobalAveragePool', 'GridSample', 'DepthToSpace', 'SpaceToDepth'], spatial),
  ...each(['Pad', 'Resize', 'Upsample'], stretch),
  ...each(['Expand', 'Tile'], repeat),
  ...each(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'], reshape),
  ...each(['Transpose'], transpose),
  ...each(['MatMul', 'Gemm', 'MatMulInteger', 'FusedMatMul', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul'], product(0, 1)),
  ...each(['QLinearMatMul', 'QGemm'], product(0, 3)),
  ...each(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare', 'QLinearReduceMean', 'ArgMax', 'ArgMin'], reduce),
  ...each(['Slice'], slice),
  ...each(['Split'], split),
  ...each(['Gather'], gather),
  ...each(['Concat'], concat((count) => Array.from({ length: count }, (_, index) => index))),
  ...each(['QLinearConcat'], concat((count) => Array.from({ length: Math.floor((count - 2) / 3) }, (_, index) => 2 + 3 * index))),
  ...each(['TopK', 'NonMaxSuppression', 'NonZero', 'GatherND', 'GatherElements', 'Compress', 'Unique', 'OneHot', 'RoiAlign', 'MaxRoiPool', 'Col2Im'], scatter),
  ...each(['LSTM', 'GRU', 'RNN'], recurrent),
  ...each(['Attention', 'MultiHeadAttention', 'QAttention'], attention),
  ...each(['Einsum'], einsum),
  ...each(['If', 'Loop', 'Scan'], unknown),
]); // prettier-ignore
