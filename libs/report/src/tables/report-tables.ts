import type {
  CategoryTraitBatch,
  ChoiceInfluenceBatch,
  ClaimVerdictBatch,
  ClusterQualityBatch,
  ComponentVarianceBatch,
  ConceptLoadingBatch,
  ConceptProfileBatch,
  ConceptRelationBatch,
  EmbeddingCloudBatch,
  EmbeddingPointBatch,
  MatchSurvivalBatch,
  ModelFamilyBatch,
  LoadingIntervalBatch,
  ModelPairBatch,
  PerformanceSurfaceBatch,
  ProbeDifferenceBatch,
  ProbeScoreBatch,
  ProfileSummaryBatch,
  RelationPowerBatch,
  SummaryIntervalBatch,
  SurfaceErrorBatch,
  TaskRelationBatch,
  TaskScoreBatch,
  TwinComparisonBatch,
  UniverseBatch,
  UniverseEffectBatch,
} from '@intermodel/schemas';
import type { StudyChange } from './study-change.ts';
import type { StudyFacts } from './study-facts.ts';
import type { UnitGallery } from './unit-gallery.ts';
import type { VocabularyHealth } from './vocabulary-health.ts';

/** A table as one batch, or as the batches of its stream. */
export type Batches<B> = B | readonly B[];

/**
 * Tables of one study, as the stages emit them. Only the facts must be there: a section of the report whose tables are
 * missing is left out. Without profiles a report has no sections on models, concepts and their embedding.
 */
export interface ReportTables {
  /** Title, provenance and warnings. */
  readonly study: StudyFacts;
  /** Units and weight of every model x concept. */
  readonly profiles?: Batches<ConceptProfileBatch> | undefined;
  /** Matches, unique concepts and redundancy of every model x concept category. */
  readonly summaries?: Batches<ProfileSummaryBatch> | undefined;
  /** How many matches of each model are better than chance. */
  readonly significance?: Batches<MatchSurvivalBatch> | undefined;
  /** Matching units of models and of their untrained twins. */
  readonly twins?: Batches<TwinComparisonBatch> | undefined;
  /** Scores of the embedded models on the components, with their group. */
  readonly embedding?: Batches<EmbeddingPointBatch> | undefined;
  /** Weight of every concept in each component. */
  readonly loadings?: Batches<ConceptLoadingBatch> | undefined;
  /** Explained variance of every component. */
  readonly variance?: Batches<ComponentVarianceBatch> | undefined;
  /** How well k groups describe the models, for each k that was tried. */
  readonly quality?: Batches<ClusterQualityBatch> | undefined;
  /** What sets each group of models apart. */
  readonly traits?: Batches<CategoryTraitBatch> | undefined;
  /** Matches, unique concepts and redundancy with intervals. */
  readonly summaryIntervals?: Batches<SummaryIntervalBatch> | undefined;
  /** Where replicates of the embedded models lie. */
  readonly clouds?: Batches<EmbeddingCloudBatch> | undefined;
  /** How all pairs of models stand to each other. */
  readonly pairs?: Batches<ModelPairBatch> | undefined;
  /** Weights of concepts in the components, with intervals. */
  readonly loadingIntervals?: Batches<LoadingIntervalBatch> | undefined;
  /** How well models do on tasks. */
  readonly scores?: Batches<TaskScoreBatch> | undefined;
  /** Correlations of components and summaries with scores. */
  readonly relations?: Batches<TaskRelationBatch> | undefined;
  /** Correlations of single concepts with scores. */
  readonly conceptRelations?: Batches<ConceptRelationBatch> | undefined;
  /** Which correlations both can show at all, and the rule by which they are supported. */
  readonly power?: Batches<RelationPowerBatch> | undefined;
  /** Families of the embedded models. */
  readonly families?: Batches<ModelFamilyBatch> | undefined;
  /** Scores predicted over a grid of components 1 and 2. */
  readonly surfaces?: Batches<PerformanceSurfaceBatch> | undefined;
  /** Leave-one-out errors of those predictions. */
  readonly surfaceErrors?: Batches<SurfaceErrorBatch> | undefined;
  /** How well models do on tasks of one's own, with intervals. */
  readonly probeScores?: Batches<ProbeScoreBatch> | undefined;
  /** Differences of these scores between models; those of scores that are not there are left out. */
  readonly probeDifferences?: Batches<ProbeDifferenceBatch> | undefined;
  /** What is claimed of the models, and whether it holds. */
  readonly claims?: Batches<ClaimVerdictBatch> | undefined;
  /** Other defensible choices under which claims were asked. */
  readonly universes?: Batches<UniverseBatch> | undefined;
  /** What becomes of each claim under them. */
  readonly universeEffects?: Batches<UniverseEffectBatch> | undefined;
  /** How much each choice moves each claim. */
  readonly choices?: Batches<ChoiceInfluenceBatch> | undefined;
  /** Best units of each model with their top images. */
  readonly galleries?: readonly UnitGallery[] | undefined;
  /** What changed since an earlier run. */
  readonly change?: StudyChange | undefined;
  /** How often each concept occurs in the probe images. */
  readonly vocabulary?: readonly VocabularyHealth[] | undefined;
}
