import { checkpointError } from '../checkpoint-error.ts';
import { fortranStrides, stridedTensor } from '../bytes/strided-tensor.ts';
import { pickleError, type PicklePlace } from '../pickle/pickle-error.ts';
import {
  itemsOf,
  listOf,
  numbersOf,
  plain,
  textOf,
  type PickleBytes,
  type PickleDtype,
  type PickleLater,
  type PickleValue,
} from '../pickle/pickle-value.ts';
import type { Constructor } from '../pickle/python-constructors.ts';
import { elementBytes } from '../../tensor.ts';
import { elementTypeOf, splitDescription } from './element-types.ts';
import { scalarOf } from './scalar-value.ts';

/** A dtype of a code such as `f4`, or of a class such as `ml_dtypes.bfloat16`. */
const makeDtype: Constructor = ([type]) => {
  const name = type?.kind === 'global' ? type.name.slice(type.name.lastIndexOf('.') + 1) : textOf(type);
  if (name === undefined) return undefined;
  const { order, code } = splitDescription(name);
  return { kind: 'dtype', code, order };
};

/** An array whose shape, type and bytes are set as its state. */
const makeArray: Constructor = () => ({ kind: 'later', value: undefined });

const makeScalar: Constructor = ([dtype, content], place) => {
  if (dtype?.kind !== 'dtype') throw pickleError(place, 'makes a number of NumPy without a type');
  if (dtype.code.startsWith('O')) return content;
  if (content?.kind !== 'bytes') return undefined;
  return scalarOf(dtype, content.source) ?? arrayTensor({ content, dtype, shape: [], fortran: false });
};

/** An array as protocol 5 has it: bytes, type, shape, order. */
const makeFromBuffer: Constructor = ([content, dtype, shape, order], place) => {
  if (dtype?.kind !== 'dtype' || content?.kind !== 'bytes') return undefined;
  return arrayTensor({ content, dtype, shape: shapeOf(shape, place), fortran: textOf(order) === 'F' });
};

/** An array of JAX or dill: the function, arguments and state of the array of NumPy that it is made of. */
const makeStatedArray: Constructor = (args, place) => {
  const state = args[2];
  const array: PickleLater = { kind: 'later', value: undefined };
  return state !== undefined && setArrayState(array, state, place) ? array : undefined;
};

/** What of NumPy, and of what wraps its arrays, may be made. */
export const numpyConstructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['numpy.dtype', makeDtype],
  ['numpy.core.multiarray._reconstruct', makeArray],
  ['numpy.core.multiarray.scalar', makeScalar],
  ['numpy.core.numeric._frombuffer', makeFromBuffer],
  ['dill._dill._create_array', makeStatedArray],
  ['jax._src.array._reconstruct_array', makeStatedArray],
  ['jax._src.device_array.reconstruct_device_array', makeStatedArray],
]);

/** Sets the byte order of a dtype: `(3, '<', …)`. */
export function setDtypeState(dtype: PickleDtype, state: PickleValue): void {
  dtype.order = textOf(itemsOf(state)?.[1]) ?? dtype.order;
}

/** Sets the state of an array: `(version, shape, dtype, Fortran order, bytes or list)`. */
export function setArrayState(array: PickleLater, state: PickleValue, place: PicklePlace): boolean {
  const parts = itemsOf(state) ?? [];
  const [shape, dtype, fortran, content] = parts.length === 5 ? parts.slice(1) : parts;
  if (dtype?.kind !== 'dtype' || content === undefined) return false;
  const sizes = shapeOf(shape, place);
  const items = itemsOf(content);
  if (items !== undefined) {
    // Without axes it is a box around one value, as `numpy.save` makes of a dictionary.
    array.value = sizes.length === 0 && items[0] !== undefined ? items[0] : listOf([...items]);
    return true;
  }
  if (content.kind !== 'bytes') return false;
  array.value = arrayTensor({
    content,
    dtype,
    shape: sizes,
    fortran: fortran?.kind === 'plain' && fortran.value === true,
  });
  return true;
}

function shapeOf(shape: PickleValue | undefined, place: PicklePlace): number[] {
  const sizes = numbersOf(shape);
  if (sizes === undefined) throw pickleError(place, 'has an array whose shape is no list of numbers');
  return sizes;
}

interface ArrayParts {
  readonly content: PickleBytes;
  readonly dtype: PickleDtype;
  readonly shape: readonly number[];
  readonly fortran: boolean;
}

function arrayTensor({ content: { source }, dtype, shape, fortran }: ArrayParts): PickleValue {
  const type = elementTypeOf(dtype.code);
  // Arrays of texts and records are no weights, and are seen in histories of training.
  if (type === undefined) return plain(`array of NumPy of ${dtype.code}, shape [${shape.join(', ')}]`);
  return {
    kind: 'tensor',
    make(name) {
      const tensor = stridedTensor({
        type,
        shape,
        strides: fortran ? fortranStrides(shape) : undefined,
        offset: 0,
        source,
        littleEndian: dtype.order !== '>',
        name,
      });
      const bytes = shape.reduce((product, size) => product * size, elementBytes[type]);
      if (bytes === source.length) return tensor;
      throw checkpointError(
        'CHECKPOINT_TENSOR',
        `has shape [${shape.join(', ')}] and ${String(source.length)} bytes of values`,
        { file: source.file, tensor: name, expected: `${String(bytes)} bytes` },
      );
    },
  };
}
