import type { Claims } from './claims.ts';
import type { Probes } from './probes.ts';
import type { ScoreColumn } from './score-column.ts';
import type { StudyChange } from './study-change.ts';
import type { StudyFacts } from './study-facts.ts';
import type { Uncertainty } from './uncertainty.ts';
import type { UnitGallery } from './unit-gallery.ts';
import type { VocabularyHealth } from './vocabulary-health.ts';

/** A concept is a pair: the same label in two categories is two concepts. */
export interface Concept {
  /** Label of the concept. */
  readonly concept: string;
  /** Category of the concept, such as object. */
  readonly category: string;
}

/** Matches of one model within one concept category, or over all of them. */
export interface Summary {
  /** Units that match a concept. */
  readonly matches: number;
  /** Distinct concepts that they match. */
  readonly unique: number;
  /** Matches a unique concept; NaN where there is no match. */
  readonly redundancy: number;
}

/** How many units of a model match better than chance. */
export interface Survival {
  /** Units of the model. */
  readonly units: number;
  /** Those that pass the gate. */
  readonly passing: number;
  /** Those with q <= 0.05. */
  readonly significant: number;
  /** Those with both. */
  readonly surviving: number;
  /** Of these, those that match better than rolled labels too; NaN where there were none. */
  readonly survivingRoll: number;
}

/** The untrained twin of a model. */
export interface Twin {
  /** Its name. */
  readonly name: string;
  /** Units of it. */
  readonly units: number;
  /** Those that match a concept. */
  readonly matches: number;
  /** Units of the trained model. */
  readonly unitsOfModel: number;
  /** Those that match a concept. */
  readonly matchesOfModel: number;
}

/** Profiles and summaries of all models, by index of model, concept and concept category. */
export interface Profiles {
  /** Names of the models, sorted. */
  readonly models: readonly string[];
  /** Concepts, sorted by category and label. */
  readonly concepts: readonly Concept[];
  /** Names of the concept categories, the one with most matches first. */
  readonly categories: readonly string[];
  /** Matching units, model by model: `units[model * concepts.length + concept]`. */
  readonly units: Int32Array;
  /** Normalised weights in the same order. */
  readonly weights: Float64Array;
  /** `summaries[model][category]`. */
  readonly summaries: readonly (readonly Summary[])[];
  /** Of each model how many matches are better than chance; absent where they were not tested. */
  readonly survival?: readonly Survival[];
  /** Untrained twins by the names of their models; absent where there are none. */
  readonly twins?: ReadonlyMap<string, Twin>;
}

/** Where a model stands in the embedding, and with whom. */
export interface EmbeddedModel {
  /** Name of the model. */
  readonly model: string;
  /** Group of models, counted from 0. */
  readonly group: number;
  /** Scores on the components. */
  readonly scores: readonly number[];
}

/** Weights of a concept in the components. */
export interface Loading extends Concept {
  /** Weight in each component. */
  readonly loadings: readonly number[];
}

/** Quality of k groups. */
export interface GroupQuality {
  /** Number of groups. */
  readonly k: number;
  /** Sum of squared distances to the group means. */
  readonly inertia: number;
  /** Mean silhouette (-1..1), NaN where it is undefined. */
  readonly silhouette: number;
  /** Gap statistic, NaN where it is undefined. */
  readonly gap: number;
  /** Its standard error, NaN likewise. */
  readonly gapError: number;
}

/** What sets a group apart from all other models. */
export interface Trait extends Concept {
  /** Group of models, counted from 0. */
  readonly group: number;
  /** `matches`, `unique` or `redundancy` of a concept category, or `weight` of a concept. */
  readonly trait: string;
  /** Mean over the models of the group. */
  readonly inside: number;
  /** Mean over all other models. */
  readonly outside: number;
  /** inside - outside. */
  readonly difference: number;
}

/** What chance makes of a component: columns of the profiles permuted independently. */
export interface ComponentChance {
  /** 95th percentile of the shares of variance (0..1). */
  readonly ratio: number;
  /** Share of the permutations with at least the component's variance. */
  readonly p: number;
}

/** The embedding with its components and groups. */
export interface Embedding {
  /** Embedded models, sorted by name. */
  readonly points: readonly EmbeddedModel[];
  /** Number of groups. */
  readonly groups: number;
  /** Number of components that the points have. */
  readonly components: number;
  /** Share (0..1) of the variance for each component; can be longer than `components`. */
  readonly ratios: readonly number[];
  /** Share that each must exceed to be more than chance, and its p; NaN where that was not tested. */
  readonly chance: readonly ComponentChance[];
  /** Weights of the concepts. */
  readonly loadings: readonly Loading[];
  /** Quality of each k tried. */
  readonly quality: readonly GroupQuality[];
  /** Traits of the groups. */
  readonly traits: readonly Trait[];
}

/** A correlation of a property of models with a score column. */
export interface Relation {
  /** Property, such as `pc1` or `unique:object`. */
  readonly predictor: string;
  /** Index of the score column. */
  readonly column: number;
  /** Models that have both. */
  readonly n: number;
  /** Pearson correlation, NaN where it is undefined. */
  readonly pearson: number;
  /** Lower end of its 95 % interval. */
  readonly low: number;
  /** Upper end of its 95 % interval. */
  readonly high: number;
  /** Rank correlation. */
  readonly spearman: number;
  /** By permutation. */
  readonly p: number;
  /** By the maximum over the whole table. */
  readonly pFamily: number;
  /** By Benjamini-Hochberg over the whole table. */
  readonly q: number;
  /** By Benjamini-Yekutieli over the whole table. */
  readonly qBy: number;
  /** Least correlation without any one model. */
  readonly looLow: number;
  /** Largest correlation without any one model. */
  readonly looHigh: number;
  /** Least correlation without any one family. */
  readonly lofoLow: number;
  /** Largest correlation without any one family. */
  readonly lofoHigh: number;
  /** Family without which the correlation is weakest; '' where that is undefined. */
  readonly lofoWeakest: string;
  /** Partial correlation given the number of matching units. */
  readonly partialUnits: number;
  /** Its p by Freedman and Lane. */
  readonly partialUnitsP: number;
  /** Partial correlation given a score; NaN where there is none. */
  readonly partialScore: number;
  /** Its p by Freedman and Lane. */
  readonly partialScoreP: number;
  /** What of the rule is not met: `correction`, `interval`, `sign`. */
  readonly unmet: readonly string[];
  /** Whether all of it is met. */
  readonly supported: boolean;
}

/** By which rule relations are called supported, and which of them can be. */
export interface RelationRules {
  /** What a relation must meet, in words; '' where no table says so. */
  readonly rule: string;
  /** Name of the correction. */
  readonly correction: string;
  /** Whether any family has several models. */
  readonly hasFamilies: boolean;
  /** Score column given which partial correlations are; '' where there is none. */
  readonly given: string;
  /** Which correlations the relations can show at all, a sentence for each number of models. */
  readonly power: readonly string[];
  /** The same of single concepts. */
  readonly conceptPower: readonly string[];
}

/** Models that count as one where relations are judged. */
export interface ModelFamily {
  /** Name of the model. */
  readonly model: string;
  /** Name of its family. */
  readonly family: string;
  /** Why it is of that family; '' where nothing is said. */
  readonly reason: string;
}

/** A correlation of one concept's weight with a score column. */
export interface ConceptLink extends Concept {
  /** Index of the score column. */
  readonly column: number;
  /** Models that have both. */
  readonly n: number;
  /** Pearson correlation. */
  readonly pearson: number;
  /** By permutation. */
  readonly p: number;
  /** By Benjamini-Hochberg. */
  readonly q: number;
  /** Whether it meets the rule. */
  readonly supported: boolean;
}

/** A score predicted over a grid of components 1 and 2. */
export interface Surface {
  /** Index of the score column. */
  readonly column: number;
  /** Grid positions on component 1, ascending. */
  readonly x: readonly number[];
  /** Grid positions on component 2, ascending. */
  readonly y: readonly number[];
  /** Scores row by row (`y` outer, `x` inner); NaN where the grid has no value. */
  readonly scores: Float64Array;
  /** Models behind it; undefined where no error was computed. */
  readonly n?: number;
  /** Leave-one-out error of the surface. */
  readonly error?: number;
  /** Leave-one-out error of the mean of the other models. */
  readonly meanError?: number;
}

/** Scores of models on tasks with everything that was related to them. */
export interface Tasks {
  /** Score columns in the order of the tables. */
  readonly columns: readonly ScoreColumn[];
  /** Names of the predictors in the order of the table. */
  readonly predictors: readonly string[];
  /** Correlations of all predictors with all columns. */
  readonly relations: readonly Relation[];
  /** Correlations of single concepts. */
  readonly conceptLinks: readonly ConceptLink[];
  /** By which rule these are supported. */
  readonly rules: RelationRules;
  /** Families of the models that share one. */
  readonly families: readonly ModelFamily[];
  /** Surfaces by column. */
  readonly surfaces: readonly Surface[];
  /** Score by model name, one map a column. */
  readonly scores: readonly ReadonlyMap<string, number>[];
}

/** A study as the sections of the report read it: plain values, in a fixed order whatever the order of the batches. */
export interface Study {
  /** Title, provenance and warnings. */
  readonly facts: StudyFacts;
  /** Whether it has profiles. */
  readonly hasProfiles: boolean;
  /** Profiles of all models; of none where it has no profiles. */
  readonly profiles: Profiles;
  /** The embedding, if models were embedded. */
  readonly embedding?: Embedding;
  /** How sure all of it is, if anything was resampled. */
  readonly uncertainty?: Uncertainty;
  /** Scores and relations, if models were related to tasks. */
  readonly tasks?: Tasks;
  /** Scores on tasks of one's own, if there were any. */
  readonly probes?: Probes;
  /** What is claimed of the models, if anything was. */
  readonly claims?: Claims;
  /** What changed since an earlier run, if there was one. */
  readonly change?: StudyChange;
  /** Best units with images. */
  readonly galleries: readonly UnitGallery[];
  /** Frequency of the concepts in the probe images. */
  readonly vocabulary: readonly VocabularyHealth[];
}
