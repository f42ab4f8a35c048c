import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tensor of a file of safetensors, whose values are read when they are asked for. */
export interface GoldenTensor {
  /** Type of its values. */
  readonly type: 'float32' | 'int64';
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Where they lie. */
  readonly span: { readonly file: string; readonly offset: number; readonly length: number };
  /** Reads the values. */
  readonly read: () => Uint8Array;
}

/** A narrow network of `tools/golden/networks.py`, with what it makes of {@link drawImages}. */
export interface GoldenNetwork {
  /** Its name. */
  readonly name: string;
  /** Kind of network. */
  readonly architecture: string;
  /** What weights do not tell. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** The layer that was put out. */
  readonly layer: string;
  /** Rows of the images. */
  readonly height: number;
  /** Columns of the images. */
  readonly width: number;
  /** Class and register tokens before those of the image. */
  readonly prefixTokens: number;
  /** File of its weights. */
  readonly file: string;
  /** Weights by name. */
  readonly weights: ReadonlyMap<string, GoldenTensor>;
  /** Values of the layer for two images. */
  readonly layerValues: Float32Array;
  /** Values of the classifier, where there is one. */
  readonly headValues: Float32Array | undefined;
}

const folder = fileURLToPath(new URL('../../checkpoints/golden/networks/', import.meta.url));

/** All networks of `tools/golden/networks.py`. */
export function goldenNetworks(): GoldenNetwork[] {
  const listed = JSON.parse(readFileSync(path.join(folder, '..', 'networks.json'), 'utf8')) as Pick<
    GoldenNetwork,
    'name' | 'architecture' | 'facts' | 'layer' | 'height' | 'width' | 'prefixTokens'
  >[];
  return listed.map((network) => {
    const values = readSafetensors(path.join(folder, `${network.name}.values.safetensors`));
    const file = path.join(folder, `${network.name}.safetensors`);
    return {
      ...network,
      file,
      weights: readSafetensors(file),
      layerValues: floatsOf(values.get('layer') as GoldenTensor),
      headValues: values.has('head') ? floatsOf(values.get('head') as GoldenTensor) : undefined,
    };
  });
}

/** Images of three channels, by the same arithmetic as in `tools/golden/networks.py`. */
export function drawImages(images: number, height: number, width: number): Float32Array {
  const values = new Float32Array(images * 3 * height * width);
  let index = 0;
  for (let n = 0; n < images; n++)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          values[index++] = ((x * x * 7 + y * y * 13 + x * y * 3 + c * 91 + n * 57) % 251) / 100 - 1.25;
  return values;
}

/** Reads the header of a file that `tools/golden/networks.py` wrote. */
export function readSafetensors(file: string): Map<string, GoldenTensor> {
  const headerBytes = Number(Buffer.from(readRange(file, 0, 8)).readBigUInt64LE());
  const header = JSON.parse(Buffer.from(readRange(file, 8, headerBytes)).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => {
        const span = { file, offset: 8 + headerBytes + start, length: end - start };
        const read = () => readRange(file, span.offset, span.length);
        return [name, { type: dtype === 'F32' ? 'float32' : 'int64', shape, span, read }];
      },
    ),
  );
}

function readRange(file: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, length, offset);
  } finally {
    closeSync(handle);
  }
  return bytes;
}

function floatsOf(tensor: GoldenTensor): Float32Array {
  return new Float32Array(tensor.read().buffer);
}
