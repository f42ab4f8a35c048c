import type { UniverseChoices } from '@intermodel/claims';
import {
  checkNormalisation,
  profileMatrix,
  profileModels,
  ProfileView,
  replicateCounts,
  selectProfiles,
  weighCounts,
  type ProfileMatrix,
  type ProfileReplicates,
} from '@intermodel/embedding';
import { embeddingReplicatesDefaults } from '@intermodel/numerics';
import type { UnitMatchBatch } from '@intermodel/schemas';
import { from, lastValueFrom } from 'rxjs';

/** Options of {@link StudyViews}. */
export interface StudyViewsOptions {
  /** Matches of all units of all models. */
  readonly matches: readonly UnitMatchBatch[];
  /** Score that gates are one of. */
  readonly score: string;
  /** All units of a model. */
  readonly unitsOf: (model: string) => number;
  /** Seed of everything that is random. */
  readonly seed: number;
}

/** Fewest models of which there is anything to say. */
const fewestModels = 2;

/** Makes views of the profiles of a study under other choices, and of its replicates. */
export class StudyViews {
  readonly #options: StudyViewsOptions;
  /** The latest counts and view: universes come in the order of their choices, so that neighbours share them. */
  #counted: { readonly key: string; readonly profiles: ProfileMatrix } | undefined;
  #viewed: { readonly key: string; readonly view: ProfileView | undefined } | undefined;

  constructor(options: StudyViewsOptions) {
    this.#options = options;
  }

  /** Profiles under some choices; undefined where too few models have any match. */
  async view(choices: UniverseChoices): Promise<ProfileView | undefined> {
    const { normalisation, dropFirstConcept, leftOut } = choices;
    const counted = await this.#count(choices);
    const key = JSON.stringify([counted.key, normalisation, dropFirstConcept, leftOut]);
    if (this.#viewed?.key !== key) this.#viewed = { key, view: this.#look(counted.profiles, choices) };
    return this.#viewed.view;
  }

  /**
   * Views of bootstrap replicates under the choices of the study, one after the other.
   *
   * @param replicates where their counts come from
   * @param study the choices
   */
  async replicateViews(replicates: ProfileReplicates, study: UniverseChoices): Promise<Iterable<ProfileView>> {
    const { profiles } = await this.#count(study);
    const draw = replicateCounts(replicates, profiles.models, profiles.concepts);
    // As many starts as replicates of the embedding have.
    const restarts = embeddingReplicatesDefaults.restarts(profiles.models.length);
    const look = (replicate: number) => {
      const { counts: units, matchesOfModel } = draw(replicate);
      return this.#look({ ...profiles, units }, study, { matchesOfModel, restarts });
    };
    return (function* views() {
      for (let replicate = 0; replicate < replicates.replicates; replicate++) {
        const view = look(replicate);
        if (view !== undefined) yield view;
      }
    })();
  }

  async #count({ gate, compareGate, match }: UniverseChoices) {
    const key = JSON.stringify([gate, compareGate, match]);
    if (this.#counted?.key !== key) {
      const { matches, score } = this.#options;
      const profiles = await lastValueFrom(
        from(matches).pipe(profileModels({ gate, compareGate, match, score, normalisation: 'count' })),
      );
      this.#counted = { key, profiles: profileMatrix([profiles]) };
    }
    return this.#counted;
  }

  #look(
    profiles: ProfileMatrix,
    { normalisation, dropFirstConcept, leftOut }: UniverseChoices,
    {
      matchesOfModel = rowSums(profiles),
      ...starts
    }: { readonly matchesOfModel?: ArrayLike<number>; readonly restarts?: number } = {},
  ): ProfileView | undefined {
    const { models, concepts, units } = profiles;
    const sizes = new Map<string, number>();
    for (const { category } of concepts) sizes.set(category, (sizes.get(category) ?? 0) + 1);
    const weights = weighCounts(
      {
        counts: units,
        matchesOfModel,
        unitsOfModel: models.map((model) => this.#options.unitsOf(model)),
        conceptsOfCategory: concepts.map(({ category }) => sizes.get(category) ?? 0),
      },
      checkNormalisation(normalisation),
    );
    const embedded = selectProfiles(
      { ...profiles, weights },
      (model) => !leftOut.includes(model) && (matchesOfModel[models.indexOf(model)] as number) > 0,
      () => true,
    );
    const view = new ProfileView({ profiles: embedded, dropFirstConcept, seed: this.#options.seed, ...starts });
    return embedded.models.length < fewestModels || view.mostComponents < 1 || isConstant(embedded) ? undefined : view;
  }
}

/** Matching units of each model. */
function rowSums({ models, concepts, units }: ProfileMatrix): readonly number[] {
  const width = concepts.length;
  return models.map((_, row) => units.subarray(row * width, (row + 1) * width).reduce((sum, count) => sum + count, 0));
}

/** Whether all models have the same profile. */
function isConstant({ models, concepts, weights }: ProfileMatrix): boolean {
  return models.every((_, row) =>
    concepts.every((__, place) => weights[row * concepts.length + place] === weights[place]),
  );
}
