import type { CheckpointValue } from '../../checkpoint.ts';
import { elementBytes } from '../../tensor.ts';
import { ByteCursor } from '../bytes/byte-cursor.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import { stridedTensor } from '../bytes/strided-tensor.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { elementTypeOf } from '../numpy/element-types.ts';
import { messageError, readPiece, type MessagePiece } from './message-reader.ts';

/** Types of extensions that flax writes. */
const arrayType = 1;
const complexType = 2;
const scalarType = 3;

/**
 * An array or number of flax: msgpack of shape, name of the type, and bytes.
 *
 * @throws InputError `CHECKPOINT_MSGPACK`, `CHECKPOINT_TENSOR`, `CHECKPOINT_TENSOR_KIND`.
 */
export function extensionValue(
  source: ByteSource,
  { type: extension, start, length }: Extract<MessagePiece, { kind: 'extension' }>,
  name: string,
): CheckpointValue {
  if (extension === complexType) return { kind: 'placeholder', global: 'builtins.complex', parts: [] };
  if (extension !== arrayType && extension !== scalarType)
    throw messageError(source, `has an extension of type ${String(extension)}, which is none of flax`, start);
  const payload = partOf(source, start, length);
  const cursor = new ByteCursor(payload);
  const outer = readPiece(cursor);
  const shape = outer.kind === 'list' && outer.count === 3 ? readShape(cursor) : undefined;
  const typeName = shape === undefined ? undefined : readPiece(cursor);
  const values = typeName === undefined ? undefined : readPiece(cursor);
  if (shape === undefined || typeName?.kind !== 'plain' || values === undefined || cursor.left > 0)
    throw messageError(source, 'has an array that is not made of shape, type and bytes', start);
  const type = elementTypeOf(String(typeName.value));
  if (type === undefined)
    throw checkpointError('CHECKPOINT_TENSOR_KIND', `has values of type ${String(typeName.value)}`, {
      file: source.file,
      tensor: name,
      expected: 'floating-point or whole numbers',
      hint: 'Save the parameters alone.',
    });
  // A text of no length is how the bytes of an empty array may be written.
  const data = values.kind === 'bytes' ? partOf(payload, values.start, values.length) : partOf(payload, 0, 0);
  const bytes = shape.reduce((product, size) => product * size, elementBytes[type]);
  if (bytes !== data.length)
    throw checkpointError('CHECKPOINT_TENSOR', `has shape [${shape.join(', ')}] and ${String(data.length)} bytes`, {
      file: source.file,
      tensor: name,
      expected: `${String(bytes)} bytes`,
    });
  const tensor = stridedTensor({ type, shape, strides: undefined, offset: 0, source: data, littleEndian: true, name });
  return { kind: 'tensor', tensor };
}

function readShape(cursor: ByteCursor): number[] | undefined {
  const list = readPiece(cursor);
  if (list.kind !== 'list' || list.count > limits.axes) return undefined;
  const shape: number[] = [];
  for (let axis = 0; axis < list.count; axis++) {
    const size = readPiece(cursor);
    if (size.kind !== 'plain' || typeof size.value !== 'number') return undefined;
    shape.push(size.value);
  }
  return shape;
}
