import type { CheckpointValue } from '../../checkpoint.ts';
import { elementBytes, valueCount, type Tensor } from '../../tensor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { checkpointError } from '../checkpoint-error.ts';

/** Key by which flax marks an array that it split, since msgpack holds no more than 4 GiB at once. */
const mark = '__msgpack_chunked_array__';

/**
 * Joins the chunks of an array: a map with its shape and its pieces, both as maps from `0`, `1`, … on; undefined for any
 * other map.
 *
 * @throws InputError `CHECKPOINT_TENSOR` where the pieces do not make up the shape.
 */
export function joinChunks(
  source: ByteSource,
  entries: ReadonlyMap<string, CheckpointValue>,
): CheckpointValue | undefined {
  if (!entries.has(mark)) return undefined;
  const shape = numbered(entries.get('shape'))?.map((size) => (size.kind === 'plain' ? size.value : undefined));
  const chunks = numbered(entries.get('chunks'))?.map((chunk) => (chunk.kind === 'tensor' ? chunk.tensor : undefined));
  const [first] = chunks ?? [];
  if (
    shape?.every((size): size is number => typeof size === 'number' && size >= 0) !== true ||
    chunks?.every((chunk): chunk is Tensor => chunk?.type === first?.type) !== true ||
    first === undefined ||
    chunks.reduce((sum, chunk) => sum + valueCount(chunk), 0) !== valueCount({ shape })
  )
    throw checkpointError('CHECKPOINT_TENSOR', 'an array in chunks has pieces that do not make up its shape', {
      file: source.file,
    });
  const tensor: Tensor = {
    type: first.type,
    shape,
    span: undefined,
    read() {
      const joined = new Uint8Array(valueCount({ shape }) * elementBytes[first.type]);
      let filled = 0;
      for (const chunk of chunks) {
        const bytes = chunk.read();
        joined.set(bytes, filled);
        filled += bytes.length;
      }
      return joined;
    },
  };
  return { kind: 'tensor', tensor };
}

/** Values of a map from `0`, `1`, … on; undefined for any other. */
function numbered(value: CheckpointValue | undefined): CheckpointValue[] | undefined {
  if (value?.kind !== 'dictionary') return undefined;
  const values = Array.from({ length: value.entries.size }, (_, index) => value.entries.get(String(index)));
  return values.every((item) => item !== undefined) ? values : undefined;
}
