import { createRequire } from 'node:module';
import type * as matrix from 'ml-matrix';
import type * as pca from 'ml-pca';

const load = createRequire(import.meta.url);

/**
 * ml-matrix, loaded when it is first needed: a thread that runs models or counts maps never needs it, and would wait
 * for it.
 */
export function matrixLibrary(): typeof matrix {
  return load('ml-matrix') as typeof matrix;
}

/** ml-pca, loaded when it is first needed. */
export function pcaLibrary(): typeof pca {
  return load('ml-pca') as typeof pca;
}
