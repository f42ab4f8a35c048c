import type { InputError } from '@intermodel/errors';
import { checkpointError } from './checkpoint-error.ts';
import type { RefusedKind } from './file-kind.ts';

interface Refusal {
  readonly code: `CHECKPOINT_${string}`;
  readonly problem: string;
  readonly hint: string;
}

const packed = (name: string, command: string): Refusal => ({
  code: 'CHECKPOINT_ARCHIVE',
  problem: `is packed with ${name}`,
  hint: `Unpack it first (\`${command}\`), and name the checkpoint that comes out.`,
});

/** Why files of a kind are not read, and what to do instead. */
const refusals: Readonly<Record<RefusedKind, Refusal>> = {
  empty: {
    code: 'CHECKPOINT_EMPTY',
    problem: 'is empty: it has no bytes',
    hint: 'Download or copy it again.',
  },
  html: {
    code: 'CHECKPOINT_HTML',
    problem: 'is a web page, not a checkpoint: the download gave a page of an error, a login or a warning',
    hint: 'Open the address in a browser and download the file itself (large files of Google Drive ask for confirmation).',
  },
  'lfs-pointer': {
    code: 'CHECKPOINT_LFS_POINTER',
    problem: 'is a pointer of Git LFS, not the checkpoint that it points to',
    hint: 'Run `git lfs pull` in its repository, or download the file itself.',
  },
  'torch-tar': {
    code: 'CHECKPOINT_TORCH_TAR',
    problem: 'is a tar archive of torch before 0.1.10, which is not read',
    hint: 'Load it with a torch of at most 1.13, and save its state_dict with `torch.save`.',
  },
  tar: packed('tar', 'tar -xf'),
  gzip: packed('gzip', 'gunzip'),
  bzip2: packed('bzip2', 'bunzip2'),
  xz: packed('xz', 'unxz'),
  zstd: packed('zstd', 'unzstd'),
  '7z': packed('7-Zip', '7z x'),
  rar: packed('RAR', 'unrar x'),
  hdf5: {
    code: 'CHECKPOINT_UNKNOWN',
    problem: 'is an HDF5 file (Keras), which is not read',
    hint: 'Save its weights as `.npz` with `numpy.savez`, each under its name.',
  },
  gguf: {
    code: 'CHECKPOINT_UNKNOWN',
    problem: 'is a GGUF file (llama.cpp), which is not read',
    hint: 'Take the safetensors files that it was made of.',
  },
};

/** The error of a file of a kind that is known and not read. */
export function refusedKind(file: string, kind: RefusedKind): InputError {
  const { code, problem, hint } = refusals[kind];
  return checkpointError(code, problem, { file, hint });
}

/** Whether a kind is known and not read. */
export function isRefused(kind: string): kind is RefusedKind {
  return Object.hasOwn(refusals, kind);
}

/** Forms that are read, for messages. */
export const readForms =
  'a checkpoint of torch, safetensors, .npz, .npy, a pickle of NumPy arrays, flax msgpack or a TensorFlow checkpoint';
