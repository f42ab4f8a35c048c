/**
 * Bounds on what a file may ask for, checked before anything is allocated. Published checkpoints stay far below them:
 * the largest have some ten thousand tensors.
 */
export const limits = {
  /** Operations of a pickle. */
  pickleOperations: 5_000_000,
  /** Values that constructors of a pickle may look at: a dictionary counts each time that it is copied. */
  constructorWork: 10_000_000,
  /** Values that a pickle may name for later. */
  memoEntries: 5_000_000,
  /** Bytes of a line of text in a pickle. */
  lineBytes: 4096,
  /** Bytes of a whole number in a pickle. */
  integerBytes: 64,
  /** Bytes of a name: a key of a dictionary, a class, an entry of an archive. */
  nameBytes: 65_536,
  /** Entries of an archive. */
  zipEntries: 100_000,
  /** Bytes that are unpacked at once to learn what is in a file. */
  unpackedBytes: 256 * 2 ** 20,
  /** Bytes of the JSON at the head of a safetensors file, as the format has it. */
  safetensorsHeaderBytes: 100_000_000,
  /** Bytes of the text at the head of an array of NumPy. */
  numpyHeaderBytes: 1_000_000,
  /** Bytes of an index, be it of a sharded set or of a TensorFlow checkpoint. */
  indexBytes: 100_000_000,
  /** Bytes of all names of an index: they leave out what they share, and so may grow. */
  tableKeyBytes: 100_000_000,
  /** Files of a set. */
  shards: 10_000,
  /** Axes of a tensor: as many as torch and NumPy allow. */
  axes: 64,
  /** Bytes of a tensor that repeats its values (strides of none), and so may be larger than its file. */
  repeatedBytes: 2 ** 28,
  /** Values that a walk over a checkpoint comes by: shared values count each time. */
  walkedValues: 5_000_000,
} as const;
