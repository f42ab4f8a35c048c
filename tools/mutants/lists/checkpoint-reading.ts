import type { Mutant } from '../mutant.ts';

/** Faults in what reads checkpoints: pickles, archives, tensors, and each container. */
export const checkpointReadingMutants: readonly Mutant[] = [
  {
    name: 'strides-do-not-matter',
    find: 'return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);',
    replace: 'return shape.length === strides.length || dense.length > 0;',
  },
  {
    name: 'tensors-may-leave-their-storage',
    find: 'if (!Number.isSafeInteger(last * width) || last * width > source.length)',
    replace: 'if (!Number.isSafeInteger(last * width))',
    file: 'strided-tensor.ts',
  },
  {
    name: 'big-endian-values-have-a-span',
    find: 'const plain = dense && (littleEndian || width === 1);',
    replace: 'const plain = dense;',
  },
  {
    name: 'complex-numbers-swapped-whole',
    find: 'elementBytes[type] / 2 : elementBytes[type]',
    replace: 'elementBytes[type] : elementBytes[type]',
  },
  {
    name: 'calls-are-not-listed',
    find: "if (value.kind === 'object') this.#placeholders.add(value.global);",
    replace: '',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'names-are-not-listed',
    find: 'named.add(from.name);',
    replace: '',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'later-keys-win',
    find: 'if (target.entries.has(name)) {',
    replace: 'if (target.entries.has(name) && target.entries.size < 0) {',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'storages-change-their-type',
    find: 'known !== undefined && (known.type !== name || known.count !== count)',
    replace: 'known !== undefined && known.count !== count',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'views-begin-at-the-storage',
    find: 'return { ...storage, start, length };',
    replace: 'return { ...storage, start: 0, length };',
    spec: 'torch-views.spec.ts',
  },
  {
    name: 'byte-order-is-little',
    find: "if (order === 'little' || order === 'big') return order === 'little';",
    replace: "if (order === 'little' || order === 'big') return true;",
    spec: 'containers.spec.ts',
  },
  {
    name: 'entries-share-bytes',
    find: 'before !== undefined && start < before.end',
    replace: 'before !== undefined && start < before.start',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'bombs-unpack',
    find: 'bytes > bombBytes && bytes > packed.length * bombRatio',
    replace: 'bytes > bombBytes && bytes < packed.length',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'holes-in-safetensors',
    find: 'if (range.start !== end)',
    replace: 'if (range.start < end)',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'fortran-order-is-c-order',
    find: 'const strides = fortran ? fortranStrides(shape) : denseStrides(shape);',
    replace: 'const strides = denseStrides(shape);',
    spec: 'containers.spec.ts',
  },
  {
    name: 'chunks-need-not-fill-the-shape',
    find: 'chunks.reduce((sum, chunk) => sum + valueCount(chunk), 0) !== valueCount({ shape })',
    replace: 'chunks.length === 0',
    spec: 'read-flax.spec.ts',
  },
  {
    name: 'bent-indices-are-read',
    find: 'if (maskedCrc32c(bytes.subarray(0, length + 1)) !== checksum)',
    replace: 'if (bytes.length < length)',
    spec: 'read-bundle.spec.ts',
  },
  {
    name: 'slices-are-whole',
    find: 'sliced: fields.some(({ field }) => field === 7),',
    replace: 'sliced: false,',
    spec: 'read-bundle.spec.ts',
  },
  {
    name: 'sets-reach-outside',
    find: String.raw`!/^[^/\\\0]+$/u.test(shard)`,
    replace: "shard === ''",
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'modules-are-taken',
    find: "parts.some(\n    (part) => part.kind === 'dictionary' && part.entries.has('_parameters') && part.entries.has('_modules'),\n  )",
    replace: 'parts.length < 0',
    spec: 'hostile-files.spec.ts',
  },
  {
    name: 'circles-are-followed',
    find: "value.kind !== 'plain' && !onPath.has(value)",
    replace: "value.kind !== 'plain' && value !== root",
    spec: 'walk-tensors.spec.ts',
  },
];
