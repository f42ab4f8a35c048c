import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import { denseStrides, fortranStrides, stridedTensor } from '../bytes/strided-tensor.ts';
import { checkpointError, truncatedError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { allowList } from '../pickle/allow-list.ts';
import { finishValues } from '../pickle/finish-values.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { StoragePool } from '../torch/storages.ts';
import { elementBytes } from '../../tensor.ts';
import { elementTypeOf, splitDescription } from './element-types.ts';

/** What a file of one array holds. */
export interface NpyContent {
  /** The array; or what a pickle in it says, where it has objects of Python. */
  readonly value: CheckpointValue;
  /** Classes and functions that are not run. */
  readonly placeholders: readonly string[];
}

/**
 * Reads the head of an array as `numpy.save` writes it; of bfloat16 it knows two bytes without a type.
 *
 * @throws InputError `CHECKPOINT_NPY`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_TENSOR_KIND`.
 */
export function readNpy(source: ByteSource, name: string): NpyContent {
  const { file } = source;
  const { description, fortran, shape, dataStart } = readHeader(source, name);
  const data = partOf(source, dataStart, source.length - dataStart);
  const { order, code } = splitDescription(description);
  if (code === 'O') return readObjects(data, shape);
  const type = elementTypeOf(code);
  if (type === undefined)
    throw checkpointError('CHECKPOINT_TENSOR_KIND', `has values of type ${description}`, {
      file,
      tensor: name,
      expected: 'an array of numbers',
      hint: 'Save the weights alone.',
    });
  const bytes = shape.reduce((product, size) => product * size, elementBytes[type]);
  if (bytes > data.length) throw truncatedError(file, dataStart + bytes, source.length, `array "${name}"`);
  const strides = fortran ? fortranStrides(shape) : denseStrides(shape);
  const littleEndian = order !== '>';
  const tensor = stridedTensor({ type, shape, strides, offset: 0, source: partOf(data, 0, bytes), littleEndian, name });
  return { value: { kind: 'tensor', tensor }, placeholders: [] };
}

/** Reads a file of one array, of which the array is all. @throws InputError as {@link readNpy}. */
export function readNpyFile(source: ByteSource): Checkpoint {
  const { file } = source;
  const { value, placeholders } = readNpy(source, 'array');
  return { file, container: 'npy', files: [file], root: value, placeholders, metadata: new Map() };
}

interface Header {
  readonly description: string;
  readonly fortran: boolean;
  readonly shape: number[];
  readonly dataStart: number;
}

/** Magic text, version, and from there on the length of the header: 2 bytes in version 1, 4 in later ones. */
function readHeader(source: ByteSource, name: string): Header {
  const { file } = source;
  const start = source.read(0, Math.min(source.length, 12));
  const version = start[6] ?? 0;
  const lengthBytes = version === 1 ? 2 : 4;
  const bent = (problem: string) => checkpointError('CHECKPOINT_NPY', problem, { file, tensor: name });
  if (Buffer.from(start.subarray(0, 6)).toString('latin1') !== '\x93NUMPY') throw bent('is no array of numpy.save');
  if (version < 1 || version > 3) throw bent(`is of version ${String(version)} of numpy.save`);
  if (start.length < 8 + lengthBytes) throw truncatedError(file, 8 + lengthBytes, source.length, `array "${name}"`);
  const view = new DataView(start.buffer, start.byteOffset);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > limits.numpyHeaderBytes) throw bent(`has a header of ${String(length)} bytes`);
  const dataStart = 8 + lengthBytes + length;
  if (dataStart > source.length) throw truncatedError(file, dataStart, source.length, `the header of "${name}"`);
  const text = Buffer.from(source.read(8 + lengthBytes, dataStart)).toString('latin1');
  const description = /'descr':\s*'([^']*)'/u.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/u.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\d\s,L]*)\)/u.exec(text)?.[1];
  if (fortran === undefined || sizes === undefined) throw bent('has a header without shape and order');
  if (description === undefined)
    throw checkpointError('CHECKPOINT_TENSOR_KIND', 'is an array of records', {
      file,
      tensor: name,
      expected: 'an array of numbers',
      hint: 'Save the weights alone.',
    });
  const shape = sizes
    .split(',')
    .map((size) => size.trim().replace(/L$/u, ''))
    .filter((size) => size !== '')
    .map(Number);
  return { description, fortran: fortran === 'True', shape, dataStart };
}

/** An array of objects of Python is a pickle; without axes it is a box around one value. */
function readObjects(source: ByteSource, shape: readonly number[]): NpyContent {
  const none = new StoragePool((storage) => {
    throw checkpointError('CHECKPOINT_STORAGE', `has a storage "${storage.key}" of torch outside of it`, {
      file: source.file,
    });
  });
  const result = readPickle(source, 0, allowList(none));
  const { root, named } = finishValues(result.value);
  const single = shape.length === 0 && root.kind === 'list' && root.items.length === 1 ? root.items[0] : undefined;
  return { value: single ?? root, placeholders: [...new Set([...result.placeholders, ...named])].sort() };
}
