import { InputError } from '@intermodel/streams';
import { conceptKey, type Concept } from './profile-matrix.ts';
import type { ProfileReplicates } from './profile-replicates.ts';

/**
 * Place of each concept among those of the replicates.
 *
 * @throws InputError `CONCEPT_UNKNOWN` for a concept that the replicates do not count.
 */
export function replicateColumns({ concepts: known }: ProfileReplicates, concepts: readonly Concept[]): Int32Array {
  const places = new Map(known.map((concept, place) => [conceptKey(concept), place]));
  return Int32Array.from(concepts, (concept) => {
    const place = places.get(conceptKey(concept));
    if (place === undefined)
      throw new InputError(
        'CONCEPT_UNKNOWN',
        `the replicates do not count "${concept.concept}" (${concept.category})`,
        {
          expected: 'replicates over all concepts of the profiles',
        },
      );
    return place;
  });
}
