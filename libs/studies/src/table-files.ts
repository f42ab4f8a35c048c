import path from 'node:path';
import type { Study } from './study.ts';

/** File of the fitted embedding within an output folder: `place` and `relate` read it. */
export const fitFile = 'fit';

/** File of the earlier embedding in which a study places its models; undefined: it fits one of its own. */
export function frozenFit({ embedding }: Pick<Study, 'embedding'>): string | undefined {
  return embedding?.frozen === undefined ? undefined : path.join(embedding.frozen, `${fitFile}.arrow`);
}
