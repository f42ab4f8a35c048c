import type { TensorValues } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import { decideClasses, spreadClassNumbers, type Candidates, type ClassNumbers } from './decide-classes.ts';
import type { HeadValues } from './head-values.ts';
import type { HeadPlane } from './plane-files.ts';
import { segmenterHeadDefaults, type SegmenterHead, type SegmenterInput } from './segmenter.ts';

/** What a run of a model gives for one head. */
export interface HeadOutput {
  /** File of the model, for messages. */
  readonly file: string;
  /** Values for one image. */
  readonly values: TensorValues | undefined;
  /** Whether the classes are the last axis. */
  readonly channelsLast: boolean;
  /** Whether the tensor holds whole numbers. */
  readonly wholeNumbers: boolean;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Decides the planes of one head, as class + 1 with 0 for none; `owners` are the planes of the head that owns its
 * classes.
 *
 * @throws InputError `SEGMENTER_HEAD` for a tensor that does not fit the head, or has one class where the largest value
 *   wins.
 */
export function headPlanes(
  head: SegmenterHead,
  output: HeadOutput,
  input: SegmenterInput,
  owners?: readonly HeadPlane[],
): Omit<HeadPlane, 'head'>[] {
  const { upsample = segmenterHeadDefaults.upsample } = head;
  const sizeOf = (values: Size) =>
    upsample ? { height: input.height, width: input.width } : { height: values.height, width: values.width };
  const fail = (problem: string, expected: string) => headError(output.file, head, problem, expected);
  if (head.ownedBy !== undefined && owners === undefined)
    throw fail(
      `its classes are owned by "${head.ownedBy}", which is no head before it`,
      'the tensor of an earlier head',
    );
  const checkOwners = ({ height, width }: Size) => {
    const other = owners?.find((plane) => plane.height !== height || plane.width !== width);
    if (other !== undefined)
      throw fail(
        `its planes have ${String(width)} x ${String(height)} pixels, those of the head that owns its classes ${String(other.width)} x ${String(other.height)}`,
        'the same size: upsample both, or tensors of one size',
      );
  };
  if ((head.decide ?? (output.wholeNumbers ? 'numbers' : 'argmax')) === 'numbers') {
    const values = classNumbers(head, output);
    const size = sizeOf(values);
    checkOwners(size);
    const plane = spreadClassNumbers(values, size);
    const count = 1 + head.classes.reduce((largest, { index }) => Math.max(largest, index), 0);
    if (owners !== undefined) keepOwned(plane, candidatesOf(head, count, owners, size), count);
    return [{ ...size, data: plane }];
  }
  const values = classValues(head, output);
  const size = sizeOf(values);
  checkOwners(size);
  const { decide, confidence = segmenterHeadDefaults.confidence } = head;
  // The largest of a single value would be it everywhere, whatever the model saw.
  if (decide !== 'threshold' && values.classes === 1)
    throw headError(
      output.file,
      head,
      'the tensor has a single class, which the largest value of a pixel always is',
      'a way to decide that one class can fail',
      oneClassHint,
    );
  const candidates = owners === undefined ? undefined : candidatesOf(head, values.classes, owners, size);
  return decideClasses(values, {
    size,
    confidence,
    ...(decide === 'threshold' ? { thresholds: thresholdsOf(head, values.classes) } : {}),
    ...(candidates === undefined ? {} : { candidates }),
  }).map((data) => ({ ...size, data }));
}

function classValues(head: SegmenterHead, { file, values, channelsLast, wholeNumbers }: HeadOutput): HeadValues {
  const fail = (problem: string, expected: string) => headError(file, head, problem, expected);
  if (wholeNumbers)
    throw fail(
      `the tensor holds whole numbers, which ${head.decide === 'threshold' ? 'have no thresholds' : 'are decided already'}`,
      'logits or probabilities, or "numbers" as the way to decide',
    );
  const [, first = 0, second = 0, third = 0] = values?.dims ?? [];
  if (values?.dims.length !== 4)
    throw fail(
      `the tensor has the shape ${values?.dims.join(' x ') ?? ''}`,
      'images x classes x height x width, or class numbers and "numbers" as the way to decide',
    );
  const [classes, height, width] = channelsLast ? [third, first, second] : [first, second, third];
  const strange = head.classes.find(({ index }) => index >= classes);
  if (strange !== undefined)
    throw fail(
      `class ${String(strange.index)} is listed, but the tensor has ${String(classes)} classes`,
      'a list of classes that belongs to this model',
    );
  if (head.channels !== undefined && head.channels !== classes)
    throw fail(
      `the tensor has ${String(classes)} classes`,
      `${String(head.channels)} classes; for another list of classes describe the head by a file of its own`,
    );
  return { data: values.data, classes, height, width, channelsLast };
}

function classNumbers(head: SegmenterHead, { file, values }: HeadOutput): ClassNumbers {
  const fail = (problem: string, expected: string) => headError(file, head, problem, expected);
  if ((head.confidence ?? segmenterHeadDefaults.confidence) > 0)
    throw fail('the tensor holds class numbers, which say nothing of confidence', 'no "confidence", or logits');
  const [, first = 0, second = 0, third = 0] = values?.dims ?? [];
  const rank = values?.dims.length ?? 0;
  // Of four axes that of the one channel may be the second or the last one.
  const [height, width] = rank === 3 ? [first, second] : first === 1 ? [second, third] : [first, second];
  if (values === undefined || (rank !== 3 && !(rank === 4 && (first === 1 || third === 1))))
    throw fail(
      `the tensor has the shape ${values?.dims.join(' x ') ?? ''}`,
      'class numbers: images x height x width, or images x 1 x height x width',
    );
  const broken = values.data.find((value) => !Number.isInteger(value));
  if (broken !== undefined) throw fail(`the tensor holds ${String(broken)}, which is no class number`, 'whole numbers');
  return { data: values.data, height, width };
}

function thresholdsOf(
  { classes, threshold = segmenterHeadDefaults.threshold }: SegmenterHead,
  count: number,
): Float32Array {
  const thresholds = new Float32Array(count).fill(Infinity);
  for (const { index, threshold: own = threshold } of classes) thresholds[index] = own;
  return thresholds;
}

/** A class with owners is a candidate where one of them is seen, a class without everywhere. */
function candidatesOf(
  { classes }: SegmenterHead,
  count: number,
  planes: readonly HeadPlane[],
  { height, width }: Size,
): Candidates {
  const { owners, seen } = ownersSeen(planes, height * width);
  const allowed = new Uint8Array(seen.length * count).fill(1);
  for (const { index, owners: own } of classes) {
    if (own !== undefined)
      seen.forEach(
        (values, row) => (allowed[row * count + index] = values.some((value) => own.includes(value - 1)) ? 1 : 0),
      );
  }
  return { owners, allowed };
}

/** For each pixel what the planes bear there: a row of `seen`. */
function ownersSeen(
  planes: readonly HeadPlane[],
  pixels: number,
): { readonly owners: Uint16Array; readonly seen: readonly (readonly number[])[] } {
  let [owners, seen] = [new Uint16Array(pixels), [[]] as number[][]];
  for (const { data } of planes) {
    const rows = new Map<number, number>();
    const next: number[][] = [];
    owners = owners.map((before, pixel) => {
      const key = before * 65_536 + (data[pixel] as number);
      const row = rows.get(key) ?? next.push([...(seen[before] ?? []), data[pixel] as number]) - 1;
      rows.set(key, row);
      return row;
    });
    seen = next;
  }
  return { owners, seen };
}

/** Takes class numbers away where their owners are not seen, and those of no class. */
function keepOwned(plane: Uint16Array, { owners, allowed }: Candidates, count: number): void {
  plane.forEach((value, pixel) => {
    if (value > count || (value > 0 && allowed[(owners[pixel] as number) * count + value - 1] !== 1)) plane[pixel] = 0;
  });
}

const oneClassHint =
  'Describe the head with "decide: threshold", and with "threshold: 0.5" if its values are probabilities and no logits.';

function headError(
  file: string,
  { tensor }: SegmenterHead,
  problem: string,
  expected: string,
  hint = 'Correct the head, or export the model with this output.',
): InputError {
  return new InputError('SEGMENTER_HEAD', problem, { file, column: tensor, columnIs: 'tensor', expected, hint });
}
