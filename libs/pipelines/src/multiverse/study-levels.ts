import type { ChoiceLevels, UniverseChoices } from '@intermodel/claims';
import { normalisations, profileDistances, type Normalisation, type ProfileDistance } from '@intermodel/embedding';

/** Which models are left out in universes, besides those that the study leaves out. */
export const leaveOutScopes = ['none', 'families'] as const;

/** Name of a scope of leaving out. */
export type LeaveOutScope = (typeof leaveOutScopes)[number];

/** Levels of choices that a user may set; what the study itself chose is always among them. */
export interface UniverseLevels {
  /** Gates. @default 0.5, 0.75, 1, 1.25, 1.75 and 2.5 times that of the study */
  readonly gates?: readonly number[];
  /** Weights of concepts. @default all that there are */
  readonly normalisations?: readonly Normalisation[];
  /** Numbers of components. @default 2, 3, 4 */
  readonly components?: readonly number[];
  /** Numbers of categories of models. @default 2, 3, 4 */
  readonly clusters?: readonly number[];
  /** Distances of models. @default all that there are */
  readonly distances?: readonly ProfileDistance[];
  /** Whether any one family of models is left out too. @default 'families' */
  readonly leaveOut?: LeaveOutScope;
}

/** Defaults of {@link UniverseLevels}; gates as multiples of that of the study, which is 0.04 for IoU. */
export const universeLevelsDefaults = {
  gates: [0.5, 0.75, 1, 1.25, 1.75, 2.5],
  normalisations,
  components: [2, 3, 4],
  clusters: [2, 3, 4],
  distances: profileDistances,
  leaveOut: 'families',
} as const;

/** Fewest models that are left when a family is left out: of fewer there is no embedding to speak of. */
const fewestModels = 4;

/** What levels follow from, besides what the user set. */
export interface LevelsOfStudy {
  /** Choices of the study. */
  readonly study: UniverseChoices;
  /** Embedded models, family by family. */
  readonly families: readonly (readonly string[])[];
  /** Whether matches were tested against chance, so that they may have to be significant. */
  readonly isTested: boolean;
}

/** Levels of all choices of a study. Numbers that so few models cannot have are left out. */
export function studyLevels(levels: UniverseLevels, { study, families, isTested }: LevelsOfStudy): ChoiceLevels {
  const {
    gates,
    normalisations: weights,
    components,
    clusters,
    distances,
    leaveOut,
  } = {
    ...universeLevelsDefaults,
    ...levels,
  };
  const models = families.flat().length;
  const without = families.filter((family) => models - family.length >= fewestModels);
  return {
    // Products such as 0.04 x 1.25 are stated as anybody would write them.
    gate: levels.gates ?? gates.map((factor) => Number((factor * study.gate).toPrecision(6))),
    compareGate: ['>', '>='],
    match: isTested ? ['gate', 'significant', 'both'] : ['gate'],
    normalisation: weights,
    dropFirstConcept: [false, true],
    leftOut:
      leaveOut === 'none'
        ? [study.leftOut]
        : [study.leftOut, ...without.map((family) => [...study.leftOut, ...family])],
    components: components.filter((count) => count < models),
    clusters: clusters.filter((count) => count <= models),
    distance: distances,
  };
}
