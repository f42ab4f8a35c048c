import { InputError } from '@intermodel/streams';

/**
 * Whether a file is a checkpoint, by its content; an ONNX file, and one that cannot be read, is none: whoever opens it is
 * told.
 */
export async function holdsCheckpoint(file: string): Promise<boolean> {
  const { containerOf } = await import('@intermodel/checkpoints');
  try {
    return containerOf(file) !== undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
