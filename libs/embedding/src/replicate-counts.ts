import type { Concept } from './profile-matrix.ts';
import type { ProfileReplicates } from './profile-replicates.ts';
import { replicateColumns } from './replicate-columns.ts';
import type { CountedProfiles } from './weigh-counts.ts';

/**
 * Makes the counts of each replicate, models x concepts; the arrays are used again for the next.
 *
 * @param replicates where the counts are drawn
 * @param models rows
 * @param concepts columns
 * @throws InputError `MODEL_UNKNOWN`, `CONCEPT_UNKNOWN` for what they do not count.
 */
export function replicateCounts(
  replicates: ProfileReplicates,
  models: readonly string[],
  concepts: readonly Concept[],
): (replicate: number) => Pick<CountedProfiles, 'unitsOfModel' | 'matchesOfModel'> & { readonly counts: Int32Array } {
  const columns = replicateColumns(replicates, concepts);
  const drawn = new Int32Array(replicates.concepts.length);
  const counts = new Int32Array(models.length * concepts.length);
  const unitsOfModel = models.map((model) => replicates.unitsOf(model));
  const matchesOfModel = new Int32Array(models.length);
  return (replicate) => {
    models.forEach((model, row) => {
      replicates.countsOf(model, replicate, drawn);
      matchesOfModel[row] = drawn.reduce((sum, count) => sum + count, 0);
      for (let column = 0; column < columns.length; column++)
        counts[row * columns.length + column] = drawn[columns[column] as number] as number;
    });
    return { counts, unitsOfModel, matchesOfModel };
  };
}
