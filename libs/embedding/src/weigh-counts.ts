import { conceptWeight, type Normalisation } from './normalisation.ts';

/** Counts of matching units, and what their weights take besides. */
export interface CountedProfiles {
  /** Matching units, models x concepts. */
  readonly counts: ArrayLike<number>;
  /** All units of each model. */
  readonly unitsOfModel: ArrayLike<number>;
  /** Units of each model that match any concept, counted here or not. */
  readonly matchesOfModel: ArrayLike<number>;
  /** Distinct concepts of the category of each concept. */
  readonly conceptsOfCategory: ArrayLike<number>;
}

/**
 * Weights of counts, models x concepts.
 *
 * @param profiles counts of units
 * @param normalisation how they become weights
 * @param into where the weights go. @default a new array
 */
export function weighCounts(
  profiles: CountedProfiles,
  normalisation: Normalisation,
  into: Float64Array = new Float64Array(profiles.counts.length),
): Float64Array {
  const { counts, unitsOfModel, matchesOfModel, conceptsOfCategory } = profiles;
  const width = conceptsOfCategory.length;
  for (let index = 0; index < counts.length; index++) {
    const model = Math.floor(index / width);
    into[index] = conceptWeight(normalisation, {
      units: counts[index] as number,
      conceptsOfCategory: conceptsOfCategory[index % width] as number,
      unitsOfModel: unitsOfModel[model] as number,
      matchesOfModel: matchesOfModel[model] as number,
    });
  }
  return into;
}
