import type { ConceptProfileBatch } from '@intermodel/schemas';
import { InputError, suggestName } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { gatherProfiles, profileBatch, selectProfiles } from './profile-matrix.ts';

/** Options of {@link selectModels}. */
export interface SelectModelsOptions {
  /** Names of models to leave out; each must be there. @default none */
  readonly exclude?: readonly string[];
  /**
   * Drops the first concept in (category, label) order, as the code of the published study did by mistake. @default
   * false
   */
  readonly dropFirstConcept?: boolean;
  /** Drops concepts that none of the models that stay matches. @default false */
  readonly dropUnmatched?: boolean;
}

/** Defaults of {@link selectModels}. */
export const selectModelsDefaults = {
  exclude: [],
  dropFirstConcept: false,
  dropUnmatched: false,
} as const satisfies SelectModelsOptions;

/**
 * Leaves models out of a table of profiles, and nothing else: concepts and weights stay those of the whole table, but for
 * concepts that are to be dropped.
 *
 * @throws InputError `MODEL_UNKNOWN` for a name that is not in the table, `NO_MODELS` if none is left. A table in which
 *   nothing matches
 * has no models, and stays so.
 * @example
 * profiles.pipe(selectModels({ exclude: ['Random'] }))
 */
export function selectModels(
  options: SelectModelsOptions = {},
): OperatorFunction<ConceptProfileBatch, ConceptProfileBatch> {
  const { exclude, dropFirstConcept, dropUnmatched } = { ...selectModelsDefaults, ...options };
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('selectModels'),
        map((matrix) => {
          if (matrix.models.length === 0) return profileBatch(matrix);
          for (const name of exclude) {
            if (!matrix.models.includes(name))
              throw new InputError('MODEL_UNKNOWN', `there is no model "${name}" to exclude`, {
                hint: `${suggestName(name, matrix.models)} Correct \`embedding.exclude\`.`,
              });
          }
          const stays = (model: string) => !exclude.includes(model);
          const width = matrix.concepts.length;
          const isMatched = (concept: number) =>
            matrix.models.some((model, row) => stays(model) && (matrix.units[row * width + concept] as number) > 0);
          const selected = selectProfiles(
            matrix,
            stays,
            (_, index) => !(dropFirstConcept && index === 0) && (!dropUnmatched || isMatched(index)),
          );
          if (selected.models.length === 0)
            throw new InputError('NO_MODELS', 'no model is left after the exclusions', {
              expected: `some of: ${matrix.models.join(', ')}`,
              hint: 'Exclude fewer models.',
            });
          return profileBatch(selected);
        }),
      ),
    );
}
