import { InputError, suggestName } from '@intermodel/streams';

/**
 * How the weight of a concept in a model's profile follows from `units`, the number of the model's units that match it.
 *
 * - `per-category`: units / distinct concepts of the category that any model of the table matches (the paper's vector)
 * - `count`: units
 * - `share-of-units`: units / all units of the model; fair between models of different width
 * - `share-of-matches`: units / all matching units of the model
 * - `presence`: 1 where units > 0, else 0
 * - `hellinger`: square root of `share-of-matches`
 */
export const normalisations = [
  'per-category',
  'count',
  'share-of-units',
  'share-of-matches',
  'presence',
  'hellinger',
] as const;

/** Name of a normalisation of profiles. */
export type Normalisation = (typeof normalisations)[number];

/** Counts from which a weight is computed. */
export interface WeightCounts {
  /** Units of the model that match the concept. */
  readonly units: number;
  /** Distinct concepts of the concept's category that any model of the table matches. */
  readonly conceptsOfCategory: number;
  /** All units of the model. */
  readonly unitsOfModel: number;
  /** Units of the model that match any concept. */
  readonly matchesOfModel: number;
}

/** Weight of a concept in a profile; 0 where nothing matches. */
export function conceptWeight(
  normalisation: Normalisation,
  { units, conceptsOfCategory, unitsOfModel, matchesOfModel }: WeightCounts,
): number {
  if (units === 0) return 0;
  switch (normalisation) {
    case 'per-category':
      return units / conceptsOfCategory;
    case 'count':
      return units;
    case 'share-of-units':
      return units / unitsOfModel;
    case 'share-of-matches':
      return units / matchesOfModel;
    case 'presence':
      return 1;
    case 'hellinger':
      return Math.sqrt(units / matchesOfModel);
  }
}

/** Checks the name of a normalisation. @throws InputError `NORMALISATION_UNKNOWN` that lists them. */
export function checkNormalisation(name: string): Normalisation {
  const found = normalisations.find((normalisation) => normalisation === name);
  if (found === undefined)
    throw new InputError('NORMALISATION_UNKNOWN', `there is no normalisation "${name}"`, {
      hint: suggestName(name, normalisations),
    });
  return found;
}
