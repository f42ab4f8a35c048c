import { modelUnitsSchema, type ConceptProfileBatch, type ModelUnitsBatch } from '@intermodel/schemas';
import { createRandom, resampleCounts } from '@intermodel/numerics';
import { checkBatch, column, InputError, readNumbers, readStrings } from '@intermodel/streams';
import { profileMatrix, type Concept } from './profile-matrix.ts';

/** What a bootstrap draws with replacement. */
export type Resampled = 'units' | 'images';

/** Models up to which replicates of an embedding are made: all pairs of models are compared in each. */
export const resampledModels = 100;

/**
 * Bootstrap replicates of the counts of models, wherever they come from. Any replicate of any model can be asked for at
 * any time, as often as one likes, and is always the same.
 */
export interface ProfileReplicates {
  /** What was drawn with replacement. */
  readonly over: Resampled;
  /** How often it was drawn. */
  readonly replicates: number;
  /** Concepts whose units are counted, in the order of the counts. */
  readonly concepts: readonly Concept[];
  /** All units of a model. @throws InputError `MODEL_UNKNOWN`. */
  readonly unitsOf: (model: string) => number;
  /**
   * Writes how many units of a model match each concept in a replicate, counted from 0.
   *
   * @throws InputError `MODEL_UNKNOWN`.
   */
  readonly countsOf: (model: string, replicate: number, into: Int32Array) => void;
}

/** Options of {@link resampleUnits}. */
export interface ResampleUnitsOptions {
  /** Profiles of the models. */
  readonly profiles: ConceptProfileBatch;
  /** All units of each of them. */
  readonly units: ModelUnitsBatch;
  /** Replicates, at least 1. @default 200 */
  readonly replicates?: number;
  /** Seed of the draws. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link resampleUnits}. */
export const resampleUnitsDefaults = { replicates: 200, seed: 0 } as const satisfies Partial<ResampleUnitsOptions>;

/**
 * Bootstrap over units: as many units of a model as it has are drawn with replacement, the units being a sample of those
 * that a model of its kind can have. Tables of units are all that it needs; other images are not asked about.
 *
 * With the counts given, that is a multinomial sample over the concepts and "no match". What is drawn of a model depends
 * on the seed, its name and its counts alone, not on the models beside it.
 *
 * @throws InputError `MODEL_UNKNOWN` for a model without a number of units, `UNITS_FEW` for one that has fewer units than
 *   matches.
 */
export function resampleUnits({
  profiles,
  units,
  replicates = resampleUnitsDefaults.replicates,
  seed = resampleUnitsDefaults.seed,
}: ResampleUnitsOptions): ProfileReplicates {
  const { models, concepts, units: counts } = profileMatrix([profiles]);
  const table = checkBatch('resampleUnits', modelUnitsSchema, units);
  const numbers = readNumbers(column(table, 'units'));
  const unitsOfModel = new Map(
    readStrings(column(table, 'model')).map((model, row) => [model, numbers[row] as number]),
  );
  const width = concepts.length;
  const known = new Map(
    models.map((model, row) => {
      const own = counts.subarray(row * width, (row + 1) * width);
      const all = unitsOfModel.get(model);
      if (all === undefined) throw unknownModel(model);
      const rest = all - own.reduce((sum, count) => sum + count, 0);
      if (rest < 0)
        throw new InputError('UNITS_FEW', `"${model}" has more matching units than units`, {
          expected: 'the number of all units of the model, those without a match too',
        });
      return [model, { own, all, rest, stream: streamOf(model) }];
    }),
  );
  const find = (model: string) => {
    const found = known.get(model);
    if (found === undefined) throw unknownModel(model);
    return found;
  };
  return {
    over: 'units',
    replicates,
    concepts,
    unitsOf: (model) => find(model).all,
    countsOf: (model, replicate, into) => {
      const { own, rest, stream } = find(model);
      resampleCounts({ counts: own, rest, random: createRandom(seed, stream + replicate), into });
    },
  };
}

/** Streams of a model's replicates lie beside each other: 2^20 for each of the 2^32 hashes (FNV-1a) of names. */
function streamOf(model: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < model.length; at++) hash = Math.imul(hash ^ model.charCodeAt(at), 0x01000193);
  return (hash >>> 0) * 2 ** 20;
}

/** Error for a model that there are no replicates of. */
export function unknownModel(model: string): InputError {
  return new InputError('MODEL_UNKNOWN', `there are no replicates of "${model}"`, {
    expected: 'units of every model that has a profile',
    hint: 'Give profiles and numbers of units of the same unit tables.',
  });
}
