import type { ElementType } from '../../tensor.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { stridedTensor } from '../bytes/strided-tensor.ts';
import { pickleError, type PicklePlace } from '../pickle/pickle-error.ts';
import {
  itemsOf,
  listOf,
  numberOf,
  numbersOf,
  plain,
  textOf,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from '../pickle/pickle-value.ts';
import type { Constructor } from '../pickle/python-constructors.ts';
import { storageType } from './storages.ts';

/** Types of values by their names in torch. */
const typeOfDtype: ReadonlyMap<string, ElementType> = new Map(
  Object.entries<ElementType>({
    'torch.float16': 'float16',
    'torch.bfloat16': 'bfloat16',
    'torch.float32': 'float32',
    'torch.float64': 'float64',
    'torch.int8': 'int8',
    'torch.uint8': 'uint8',
    'torch.int16': 'int16',
    'torch.uint16': 'uint16',
    'torch.int32': 'int32',
    'torch.uint32': 'uint32',
    'torch.int64': 'int64',
    'torch.uint64': 'uint64',
    'torch.bool': 'bool',
    'torch.complex64': 'complex64',
    'torch.complex128': 'complex128',
  }),
);

const rebuildTensor: Constructor = (args, place) => {
  const [storage, offsetValue, sizes, strideValues, , , dtype] = args;
  const offset = numberOf(offsetValue);
  const shape = numbersOf(sizes);
  const strides = numbersOf(strideValues);
  if (storage?.kind !== 'storage' || offset === undefined || shape === undefined || strides === undefined)
    throw pickleError(place, 'makes a tensor of something else than storage, offset, shape and strides');
  return { kind: 'tensor', make: (name) => makeTensor({ storage, offset, shape, strides, dtype, place }, name) };
};

/** A parameter is the tensor that it has. */
const firstTensor: Constructor = ([tensor]) =>
  tensor?.kind === 'tensor' || tensor?.kind === 'later' ? tensor : undefined;

/** A tensor of a class of its own: the function that makes it, the class, and the arguments. */
const typedTensor: Constructor = ([callee, , args], place) =>
  callee?.kind === 'global' && callee.name.startsWith('torch._utils.')
    ? torchConstructors.get(callee.name)?.(itemsOf(args) ?? [], place)
    : undefined;

/** What of torch may be made. */
export const torchConstructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensor],
  ['torch._utils._rebuild_parameter', firstTensor],
  ['torch._utils._rebuild_parameter_with_state', firstTensor],
  ['torch.nn.parameter.Parameter', firstTensor],
  ['torch.nn.parameter.Buffer', firstTensor],
  ['torch._utils._rebuild_device_tensor_from_numpy', firstTensor],
  ['torch._utils._rebuild_xla_tensor', firstTensor],
  ['torch._utils._rebuild_qtensor', refusedTensor('quantised')],
  ['torch._utils._rebuild_sparse_tensor', refusedTensor('sparse')],
  ['torch._utils._rebuild_sparse_csr_tensor', refusedTensor('sparse')],
  ['torch._utils._rebuild_nested_tensor', refusedTensor('nested')],
  ['torch._utils._rebuild_meta_tensor_no_storage', refusedTensor('empty (of the device "meta")')],
  ['torch.Size', ([sizes]) => listOf([...(itemsOf(sizes) ?? [])])],
  ['torch.device', (args) => plain(args.map((arg) => textOf(arg) ?? String(numberOf(arg))).join(':'))],
  ['torch.serialization._get_layout', ([layout]) => plain(textOf(layout) ?? '')],
  // TorchScript tags lists with their types.
  ...['build_intlist', 'build_tensorlist', 'build_doublelist', 'build_boollist'].map((name): [string, Constructor] => [
    `torch.jit._pickle.${name}`,
    ([list]) => list,
  ]),
  ['torch.jit._pickle.restore_type_tag', ([tagged]) => tagged],
  ['torch._tensor._rebuild_from_type', typedTensor],
  ['torch._tensor._rebuild_from_type_v2', typedTensor],
]);

interface TensorParts {
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: PickleValue | undefined;
  readonly place: PicklePlace;
}

function makeTensor(parts: TensorParts, name: string): ReturnType<PickleTensor['make']> {
  const { storage, offset, shape, strides, dtype, place } = parts;
  const stored = storageType(storage.type);
  const named = dtype?.kind === 'global' ? dtype.name : undefined;
  if (stored === 'quantised') throw kindError('quantised', name, place);
  const type = named === undefined ? stored : typeOfDtype.get(named);
  if (type === undefined || type === 'bytes')
    throw checkpointError('CHECKPOINT_TENSOR_KIND', `has values of ${named ?? 'no type'}`, {
      file: place.source.file,
      tensor: name,
      expected: `one of ${[...typeOfDtype.keys()].join(', ')}`,
      hint: 'Save the tensors as one of these types.',
    });
  return stridedTensor({ type, shape, strides, offset, ...storage.pool.bytesOf(storage), name });
}

function refusedTensor(kind: string): Constructor {
  return (_, place) => ({
    kind: 'tensor',
    make(name) {
      throw kindError(kind, name, place);
    },
  });
}

function kindError(kind: string, tensor: string, { source: { file } }: PicklePlace): Error {
  return checkpointError('CHECKPOINT_TENSOR_KIND', `is ${kind}`, {
    file,
    tensor,
    expected: 'dense tensors of floating-point or whole numbers',
    hint: 'Save the model before it is quantised or made sparse, or convert its tensors with `.dequantize()` or `.to_dense()`.',
  });
}

/** Names of torch's types, which stand in checkpoints as values. */
export function isDtype(global: string): boolean {
  return typeOfDtype.has(global) || global === 'torch.strided';
}
