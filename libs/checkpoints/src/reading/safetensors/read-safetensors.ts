import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { elementBytes, type ElementType } from '../../tensor.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import { stridedTensor } from '../bytes/strided-tensor.ts';
import { checkpointError, truncatedError, type FaultDetails } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { repeatedKey } from './repeated-key.ts';

/** Types by the names that safetensors has for them; all others are of quantised weights. */
const types: Readonly<Record<string, ElementType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
  I8: 'int8',
  U8: 'uint8',
  I16: 'int16',
  U16: 'uint16',
  I32: 'int32',
  U32: 'uint32',
  I64: 'int64',
  U64: 'uint64',
  BOOL: 'bool',
  C64: 'complex64',
};

/** Bytes before the header: its length. */
const lengthBytes = 8;

/** Bytes of the header at the head of a safetensors file; undefined where it can be none. */
export function safetensorsHeaderBytes(head: Uint8Array): number | undefined {
  if (head.length < lengthBytes + 1 || head[lengthBytes] !== 0x7b) return undefined;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return length <= BigInt(limits.safetensorsHeaderBytes) ? Number(length) : undefined;
}

/**
 * Reads the header of a safetensors file: names, types, shapes and places of tensors, and `__metadata__`.
 *
 * @throws InputError `CHECKPOINT_TRUNCATED`, `CHECKPOINT_SAFETENSORS`, `CHECKPOINT_DUPLICATE_KEY`,
 *   `CHECKPOINT_TENSOR_KIND`.
 */
export function readSafetensors(source: ByteSource): Checkpoint {
  const { file } = source;
  const headerBytes = safetensorsHeaderBytes(source.read(0, Math.min(source.length, 16))) ?? 0;
  const dataStart = lengthBytes + headerBytes;
  if (dataStart > source.length) throw truncatedError(file, dataStart, source.length, 'the header');
  const header = parseHeader(file, Buffer.from(source.read(lengthBytes, dataStart)).toString('utf8'));
  const data = partOf(source, dataStart, source.length - dataStart);
  const entries = new Map<string, CheckpointValue>();
  const ranges: Range[] = [];
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = new Map(Object.entries(metadataOf(file, value)));
      continue;
    }
    const described = describeTensor(file, name, value);
    ranges.push({ name, ...described });
    if (described.end > data.length)
      throw truncatedError(file, dataStart + described.end, source.length, `tensor "${name}"`);
    const { type, shape, start, end } = described;
    entries.set(name, {
      kind: 'tensor',
      tensor: stridedTensor({
        type,
        shape,
        strides: undefined,
        offset: 0,
        source: partOf(data, start, end - start),
        littleEndian: true,
        name,
      }),
    });
  }
  checkFilled(file, ranges, data.length);
  return {
    file,
    container: 'safetensors',
    files: [file],
    root: { kind: 'dictionary', entries },
    placeholders: [],
    metadata,
  };
}

interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function bent(problem: string, details: FaultDetails) {
  return checkpointError('CHECKPOINT_SAFETENSORS', problem, details);
}

function parseHeader(file: string, text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw bent(`the header is no JSON (${(cause as Error).message.slice(0, 200)})`, { file, cause });
  }
  if (!isRecord(header)) throw bent('the header is no object of JSON', { file });
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    throw checkpointError('CHECKPOINT_DUPLICATE_KEY', 'the header has the name twice', { file, tensor: repeated });
  return header;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataOf(file: string, value: unknown): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === 'string'))
    return value as Record<string, string>;
  throw bent('"__metadata__" is no object of texts', { file });
}

function describeTensor(file: string, tensor: string, value: unknown) {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== 'string' || !isNaturals(shape) || !isNaturals(offsets) || offsets.length !== 2)
    throw bent('has no dtype, shape and data_offsets', {
      file,
      tensor,
      expected: 'for example {"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}',
    });
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined)
    throw checkpointError('CHECKPOINT_TENSOR_KIND', `has values of type ${dtype}`, {
      file,
      tensor,
      expected: `one of ${Object.keys(types).join(', ')}`,
      hint: 'Take the file in which the weights are not quantised.',
    });
  const [start = 0, end = 0] = offsets;
  const bytes = shape.reduce((product, size) => product * size, elementBytes[type]);
  if (end - start !== bytes)
    throw bent(`has shape [${shape.join(', ')}] of ${dtype} at bytes ${String(start)} to ${String(end)}`, {
      file,
      tensor,
      expected: `${String(bytes)} bytes`,
    });
  return { type, shape, start, end };
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
}

/** Tensors fill the buffer without holes and share no bytes, as the format has it: nothing can hide between them. */
function checkFilled(file: string, ranges: Range[], length: number): void {
  ranges.sort((one, other) => one.start - other.start || one.end - other.end);
  let end = 0;
  for (const range of ranges) {
    if (range.start !== end)
      throw bent(`begins at byte ${String(range.start)} of the buffer, and what is before it ends at ${String(end)}`, {
        file,
        tensor: range.name,
        expected: 'tensors that lie one after another',
      });
    end = range.end;
  }
  if (end !== length)
    throw bent(`the tensors end at byte ${String(end)} of the buffer, which has ${String(length)}`, { file });
}
