import { InputError } from '@intermodel/streams';

/** What an ONNX file that was made of a checkpoint says of it. */
export interface RecordedMetadata {
  /** Preprocessing, as `models[].input` of a study has it. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** SHA-256 of the files of the checkpoint, by their names. */
  readonly sha256: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Reads what an ONNX file says of the checkpoint that it was made of; nothing of a file that is missing or broken, of
 * which whoever checks it is told.
 *
 * @throws InputError `MODEL_METADATA` for what is no JSON object.
 */
export async function recordedMetadata(file: string): Promise<RecordedMetadata> {
  const { metadataKeys } = await import('@intermodel/checkpoints');
  const metadata = await metadataOf(file);
  const read = (key: string): Readonly<Record<string, unknown>> | undefined => {
    const text = metadata.get(key);
    return text === undefined ? undefined : parseObject(file, key, text);
  };
  return { input: read(metadataKeys.input), sha256: read(metadataKeys.sha256) };
}

async function metadataOf(file: string): Promise<ReadonlyMap<string, string>> {
  const { readModel } = await import('@intermodel/onnx');
  try {
    return readModel(file).metadata;
  } catch (error) {
    if (error instanceof InputError) return new Map();
    throw error;
  }
}

function parseObject(file: string, key: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new InputError('MODEL_METADATA', `its metadata "${key}" are no JSON object`, {
    file,
    hint: 'Import the checkpoint again, or give `models[].input`.',
  });
}
