import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, type GoldenTensor } from './golden-networks.ts';

const folder = fileURLToPath(new URL('../../checkpoints/golden/segmenters/', import.meta.url));

/** Heads of the two narrow segmentation networks. */
export type GoldenHead = 'object' | 'material' | 'part' | 'color';

/** The narrow segmentation networks of `tools/golden/segmentation.py`, with what they make of {@link drawBytes}. */
export interface GoldenSegmenters {
  /** Encoder and decoder of unified parsing. */
  readonly parsing: readonly [encoder: string, decoder: string];
  /** Its `labels.json`. */
  readonly labels: string;
  /** Encoder and decoder of the colour network. */
  readonly colours: readonly [encoder: string, decoder: string];
  /** Its `labels.json`. */
  readonly colourLabels: string;
  /** Class of each of 56 x 56 pixels, row by row; of parts -1 where the object owns none. */
  readonly classes: (head: GoldenHead) => readonly number[];
  /** Pixels whose two best logits differ by 1e-4 or less. */
  readonly unsure: (head: GoldenHead) => ReadonlySet<number>;
  /** Pixels whose logits are known. */
  readonly pixels: readonly number[];
  /** Logits of these pixels, class by class. */
  readonly logits: (head: GoldenHead) => Float32Array;
  /**
   * Label numbers of the published code, each of 56 x 56 pixels: object, material, part, upper and lower halves, left and
   * right ones (as published, then with the last component too), colour.
   */
  readonly numbers: readonly (readonly number[])[];
}

/** Reads what `tools/golden/segmentation.py` wrote. */
export function goldenSegmenters(): GoldenSegmenters {
  const at = (name: string) => path.join(folder, name);
  const values = readSafetensors(at('values.safetensors'));
  const tensor = (name: string) => values.get(name) as GoldenTensor;
  const floats = (name: string) => new Float32Array(tensor(name).read().buffer);
  const wholes = (name: string) => [...new BigInt64Array(tensor(name).read().buffer)].map(Number);
  const numbers = floats('numbers');
  const cells = 56 * 56;
  return {
    parsing: [at('upp-encoder.pth'), at('upp-decoder.pth')],
    labels: at('labels.json'),
    colours: [at('color-encoder.pth'), at('color-decoder.pth')],
    colourLabels: at('color-labels.json'),
    classes: (head) => [...floats(`${head}.classes`)],
    unsure: (head) => new Set(wholes(`${head}.unsure`)),
    pixels: wholes('pixels'),
    logits: (head) => floats(`${head}.logits`),
    numbers: Array.from({ length: numbers.length / cells }, (_, plane) => [
      ...numbers.subarray(plane * cells, (plane + 1) * cells),
    ]),
  };
}

/** A table of labels of these networks. */
export function readGoldenLabels(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** Bytes of a square image, red, green and blue plane after plane, by the arithmetic of `tools/golden/segmentation.py`. */
export function drawBytes(side: number): Uint8Array {
  const bytes = new Uint8Array(3 * side * side);
  let index = 0;
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const smooth = (x * 2 + y * 3 + c * 40) % 256;
        const rough = (Math.floor((x * x * 7 + y * y * 13 + x * y * 3) / 97) + c * 91) % 251;
        bytes[index++] = (Math.floor(x / 28) + Math.floor(y / 35)) % 2 === 0 ? smooth : rough;
      }
  return bytes;
}
