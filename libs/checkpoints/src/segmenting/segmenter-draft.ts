import type { GraphDraft } from '../building/graph-draft.ts';
import { convolve, normaliseBatch } from '../building/operators.ts';
import type { Maps } from '../building/drawing.ts';
import { transposed, type LinearMap } from './linear-maps.ts';

/** Epsilon of batch normalisation in both networks. */
const epsilon = 1e-5;

/** A matrix as a constant of the graph. */
function matrix(draft: GraphDraft, name: string, { rows, columns, values }: LinearMap): string {
  return draft.floats(name, [rows, columns], () => Float32Array.from(values));
}

/** Maps rows and columns of images linearly, each by a product with a constant matrix; square images. */
export function mapLinearly(draft: GraphDraft, input: string, name: string, map: LinearMap): string {
  const rows = draft.add('MatMul', [matrix(draft, `${name}.rows.map`, map), input], `${name}.rows`);
  return draft.add('MatMul', [rows, matrix(draft, `${name}.columns.map`, transposed(map))], name);
}

/** Resizes bilinearly with half-pixel centres and without antialiasing, to so many rows and columns. */
export function resizeLinearly(draft: GraphDraft, input: string, name: string, side: number): string {
  const sizes = draft.integers(`${name}.sizes`, [side, side]);
  return draft.add('Resize', [input, '', '', sizes], name, {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
    antialias: 0,
    axes: [2, 3],
  });
}

/** Names of the weights of a convolution and of its normalisation. */
export interface ConvolutionNames {
  /** Weights of the convolution stand under this name. */
  readonly convolution: string;
  /** Those of the normalisation under this one. */
  readonly normalisation: string;
}

/** Names within a sequence: `NAME.0` and `NAME.1`. */
export const inSequence = (name: string): ConvolutionNames => ({
  convolution: `${name}.0`,
  normalisation: `${name}.1`,
});

/** A convolution without bias that keeps the size, batch normalisation, ReLU. */
export function convolveAndNormalise(
  draft: GraphDraft,
  { name: input, channels }: Maps,
  { convolution, normalisation }: ConvolutionNames,
  side: 1 | 3,
  wanted?: number,
): Maps {
  const { output, filters } = convolve(
    draft,
    input,
    convolution,
    { channels, size: [side, side], ...(wanted === undefined ? {} : { filters: wanted }) },
    { padding: side === 3 ? 1 : 0 },
  );
  const normalised = normaliseBatch(draft, output, normalisation, filters, epsilon);
  return { name: draft.add('Relu', [normalised], `${convolution}.relu`), channels: filters };
}

/** Joins maps of one size. */
export function joinMaps(draft: GraphDraft, maps: readonly Maps[], name: string): Maps {
  draft.add(
    'Concat',
    maps.map((each) => each.name),
    name,
    { axis: 1 },
  );
  return { name, channels: maps.reduce((sum, { channels }) => sum + channels, 0) };
}

/** Logits of classes by a convolution of 1 x 1 with bias. */
export function classifyPixels(draft: GraphDraft, { name: input, channels }: Maps, name: string): string {
  return convolve(draft, input, name, { channels, size: [1, 1] }, { bias: true }).output;
}

/** The last maps of a stage of the encoder, which are layers of the draft. */
export function stageMaps(draft: GraphDraft, stage: number): Maps {
  const last = draft.layers.findLast(({ name }) => name.startsWith(`layer${String(stage)}.`));
  if (last === undefined) throw new RangeError(`the encoder has no stage ${String(stage)}`);
  return { name: last.name, channels: last.units };
}
