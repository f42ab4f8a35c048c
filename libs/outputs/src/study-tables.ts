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
  FittedEmbeddingBatch,
  MatchSurvivalBatch,
  ModelFamilyBatch,
  LoadingIntervalBatch,
  ModelPairBatch,
  ModelUnitsBatch,
  PerformanceSurfaceBatch,
  ProbeDifferenceBatch,
  ProbeScoreBatch,
  ProfileIntervalBatch,
  ProfileSummaryBatch,
  RelationPowerBatch,
  SummaryIntervalBatch,
  SurfaceErrorBatch,
  TaskImageBatch,
  TaskRelationBatch,
  TaskScoreBatch,
  TwinComparisonBatch,
  UniverseBatch,
  UniverseEffectBatch,
} from '@intermodel/schemas';

/** Tables of an embedding: from the profiles of all models to the categories of those embedded. */
export interface EmbeddingTables {
  /** Profiles of all models of the unit tables. */
  readonly profiles: ConceptProfileBatch;
  /** Their summaries per category of concepts. */
  readonly summaries: ProfileSummaryBatch;
  /** How many matches are better than chance; there where they were tested. */
  readonly significance?: MatchSurvivalBatch;
  /** Models beside their untrained twins; there where there are twins. */
  readonly twins?: TwinComparisonBatch;
  /** All units of each model. */
  readonly modelUnits: ModelUnitsBatch;
  /** Profiles of the embedded models over the concepts of the fit. */
  readonly embeddedProfiles: ConceptProfileBatch;
  /** The fit: with it others are placed. */
  readonly fit: FittedEmbeddingBatch;
  /** Embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Concepts in the components. */
  readonly loadings: ConceptLoadingBatch;
  /** Explained variance of the components. */
  readonly variance: ComponentVarianceBatch;
  /** Quality of k = 1, 2, … categories of models. */
  readonly clusters: ClusterQualityBatch;
  /** What sets the categories of models apart. */
  readonly traits: CategoryTraitBatch;
}

/** How sure an embedding is, by bootstrap replicates; clouds, pairs and loadings only of an embedding that was fitted. */
export interface UncertaintyTables {
  /** Summaries with intervals. */
  readonly summaryIntervals: SummaryIntervalBatch;
  /** Profiles with intervals. */
  readonly profileIntervals: ProfileIntervalBatch;
  /** Where the replicates of the embedded models lie. */
  readonly clouds: EmbeddingCloudBatch;
  /** How all pairs of models stand to each other. */
  readonly pairs: ModelPairBatch;
  /** Concepts in the components with intervals. */
  readonly loadingIntervals: LoadingIntervalBatch;
}

/** Tables that relate an embedding to scores. */
export interface RelationTables {
  /** The scores, tidy. */
  readonly scores: TaskScoreBatch;
  /** Relations of components, summaries and the trivial baseline. */
  readonly relations: TaskRelationBatch;
  /** Relations of single concepts. */
  readonly concepts: ConceptRelationBatch;
  /** Which correlations both tables can show at all, and the rule by which they are supported. */
  readonly power: RelationPowerBatch;
  /** Families of the embedded models. */
  readonly families: ModelFamilyBatch;
  /** Scores predicted over components 1 and 2. */
  readonly surfaces: PerformanceSurfaceBatch;
  /** Whether these predictions beat the mean. */
  readonly surfaceErrors: SurfaceErrorBatch;
}

/** Scores of models on tasks of the study. */
export interface ProbeTables {
  /** Scores with their intervals. */
  readonly probeScores: ProbeScoreBatch;
  /** Differences of all pairs of models on the same images. */
  readonly probeDifferences: ProbeDifferenceBatch;
  /** Images of the tasks with their parts. */
  readonly taskImages: TaskImageBatch;
}

/** What becomes of claims, and under which other choices that was asked. */
export interface ClaimTables {
  /** The claims with their verdicts. */
  readonly claims: ClaimVerdictBatch;
  /** Combinations of choices. */
  readonly universes: UniverseBatch;
  /** What becomes of each claim in each of them. */
  readonly universeEffects: UniverseEffectBatch;
  /** How much each choice moves each claim. */
  readonly choices: ChoiceInfluenceBatch;
}

/** Tables of a study; only the profiles and their summaries are always there. */
export type StudyTables = Pick<EmbeddingTables, 'profiles' | 'summaries'> &
  Partial<EmbeddingTables & UncertaintyTables & RelationTables & ProbeTables & ClaimTables>;
