import os from 'node:os';
import { fileSize } from './group-models.ts';
import type { OpenModelsOptions } from './open-models.ts';

/** Bytes of a model's files up to which it is opened twice. */
export const copiedBytes = 2 ** 27;

/** With fewer images than these the second copy takes longer to open than it saves. */
export const imagesOfCopies = 32;

/**
 * Copies in which the model of a pass runs: two on processors with more than one thread, where the model is small and
 * the images are many. Several models of one pass run side by side anyway: each is opened once (measured with 19 of them).
 *
 * @param files all files that each model of the pass is made of
 * @param images images of the pass
 */
export function modelCopies(
  files: readonly Iterable<string>[],
  images: number,
  {
    threads = os.availableParallelism(),
    executionProviders,
  }: Pick<OpenModelsOptions, 'threads' | 'executionProviders'>,
  size: (file: string) => number = fileSize,
): 1 | 2 {
  const [own, ...others] = files;
  if (
    own === undefined ||
    others.length > 0 ||
    threads < 2 ||
    images < imagesOfCopies ||
    executionProviders.some((provider) => provider !== 'cpu')
  )
    return 1;
  return [...own].reduce((sum, file) => sum + size(file), 0) > copiedBytes ? 1 : 2;
}
