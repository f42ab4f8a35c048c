import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkpointError } from './checkpoint-error.ts';
import { distributed } from './refuse-modules.ts';

/** Files by which folders of Orbax are known. */
const orbaxFiles = ['manifest.ocdbt', '_METADATA', '_CHECKPOINT_METADATA', 'ocdbt.process_0'];

/**
 * Refuses folders, and files that are nothing without their folder, with what to name instead.
 *
 * @throws InputError `CHECKPOINT_ORBAX`, `CHECKPOINT_DISTRIBUTED`, `CHECKPOINT_FOLDER`.
 */
export function refuseFolders(file: string): void {
  if (file.endsWith('.distcp') && existsSync(path.join(path.dirname(file), '.metadata'))) throw distributed(file);
  const names = listFolder(file);
  if (names === undefined) return;
  if (names.includes('.metadata') && names.some((name) => name.endsWith('.distcp'))) throw distributed(file);
  if (orbaxFiles.some((name) => names.includes(name)))
    throw checkpointError('CHECKPOINT_ORBAX', 'is an Orbax checkpoint, which is not read', {
      file,
      hint: 'Restore it with Orbax, and write the parameters with `flax.serialization.msgpack_serialize` into one file.',
    });
  if (names.includes('saved_model.pb'))
    throw checkpointError('CHECKPOINT_FOLDER', 'is a SavedModel of TensorFlow', {
      file,
      expected: 'its variables',
      hint: `Name ${path.join(file, 'variables', 'variables')}.`,
    });
  const likely = names.filter((name) =>
    /\.(?:safetensors|index\.json|index|pth|pt|bin|ckpt|npz|msgpack|pkl)$/u.test(name),
  );
  throw checkpointError('CHECKPOINT_FOLDER', 'is a folder', {
    file,
    expected: 'a file of a checkpoint',
    hint:
      likely.length === 0
        ? 'Name the file with the weights.'
        : `Name the file with the weights: ${likely
            .slice(0, 5)
            .map((name) => path.join(file, name))
            .join(', ')}.`,
  });
}

/** Names in a folder; undefined for what is none, and for what whoever opens it is told of. */
function listFolder(file: string): string[] | undefined {
  try {
    return statSync(file).isDirectory() ? readdirSync(file).sort() : undefined;
  } catch {
    return undefined;
  }
}
