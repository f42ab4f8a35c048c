// How a wire table is made
export { schemaVersion, schemaVersionKey, wireSchema, type WireBatch, type WireSchemaOptions } from './wire-table.ts';

// Dissection
export {
  labelledImageSchema,
  type LabelledImageBatch,
  type LabelledImageColumns,
  type LabelledImageShape,
  planeListType,
  type PlaneList,
} from './labelled-image.ts';
export {
  activationList,
  activationSchema,
  activationShape,
  prefixTokensOf,
  tokensColumn,
  type ActivationBatch,
  type ActivationColumns,
  type ActivationShape,
} from './activation.ts';
export { labelPlanesSchema, type LabelPlanesBatch, type LabelPlanesColumns } from './label-planes.ts';
export {
  unitHistogramFacts,
  unitHistogramSchema,
  type UnitHistogramBatch,
  type UnitHistogramColumns,
  type UnitHistogramFacts,
} from './unit-histogram.ts';
export { keptMapSchema, type KeptMapBatch, type KeptMapColumns } from './kept-map.ts';
export {
  strongestImageFacts,
  strongestImageSchema,
  type StrongestImageBatch,
  type StrongestImageColumns,
  type StrongestImageFacts,
} from './strongest-image.ts';
export {
  selectedThresholdSchema,
  type SelectedThresholdBatch,
  type SelectedThresholdColumns,
} from './selected-threshold.ts';
export {
  overlapCountFacts,
  overlapCountSchema,
  type OverlapCountBatch,
  type OverlapCountColumns,
  type OverlapCountFacts,
} from './overlap-count.ts';
export {
  unitThresholdColumns,
  unitThresholdSchema,
  type UnitThresholdBatch,
  type UnitThresholdColumns,
} from './unit-threshold.ts';
export {
  unitConceptOverlapColumns,
  unitConceptOverlapSchema,
  type UnitConceptOverlapBatch,
  type UnitConceptOverlapColumns,
} from './unit-concept-overlap.ts';
export {
  noConcept,
  intervalColumn,
  isResampled,
  isRolled,
  isTested,
  matchSchemaOf,
  matchVariantOf,
  matchScoreOf,
  scoreColumn,
  matchSchema,
  unitMatchColumns,
  unitMatchSchema,
  type UnitMatchBatch,
  type UnitMatchColumns,
  testColumn,
  unitTestColumns,
  type MatchVariant,
  type UnitIntervalColumn,
  type UnitRollColumn,
  type UnitTestColumn,
  unitIntervalColumns,
  unitRollColumns,
} from './unit-match.ts';
export {
  matchSurvivalColumns,
  matchSurvivalSchema,
  type MatchSurvivalBatch,
  type MatchSurvivalColumns,
} from './match-survival.ts';
export {
  twinComparisonColumns,
  twinComparisonSchema,
  type TwinComparisonBatch,
  type TwinComparisonColumns,
} from './twin-comparison.ts';
export {
  nullKinds,
  unitNullFacts,
  unitNullSchema,
  type NullKind,
  type UnitNullBatch,
  type UnitNullColumns,
  type UnitNullFacts,
} from './unit-null.ts';
export {
  unitReplicateFacts,
  unitReplicateSchema,
  type ReplicatedConcept,
  type UnitReplicateBatch,
  type UnitReplicateColumns,
  type UnitReplicateFacts,
} from './unit-replicate.ts';
export { joinUnitReplicates, type LayerReplicates } from './join-unit-replicates.ts';

// Features of images
export {
  featurePools,
  featureShape,
  imageFeaturesSchema,
  type FeaturePool,
  type FeatureShape,
  type ImageFeaturesBatch,
  type ImageFeaturesColumns,
} from './image-features.ts';

// Embedding
export {
  conceptProfileColumns,
  conceptProfileSchema,
  type ConceptProfileBatch,
  type ConceptProfileColumns,
} from './concept-profile.ts';
export {
  profileSummaryColumns,
  profileSummarySchema,
  type ProfileSummaryBatch,
  type ProfileSummaryColumns,
} from './profile-summary.ts';
export { embeddingPointSchema, type EmbeddingPointBatch, type EmbeddingPointColumns } from './embedding-point.ts';
export {
  fittedEmbeddingFacts,
  fittedEmbeddingSchema,
  type FittedEmbeddingBatch,
  type FittedEmbeddingColumns,
  type FittedEmbeddingFacts,
} from './fitted-embedding.ts';
export { placedModelSchema, type PlacedModelBatch, type PlacedModelColumns } from './placed-model.ts';
export { conceptLoadingSchema, type ConceptLoadingBatch, type ConceptLoadingColumns } from './concept-loading.ts';
export {
  componentVarianceColumns,
  componentVarianceSchema,
  type ComponentVarianceBatch,
  type ComponentVarianceColumns,
} from './component-variance.ts';
export {
  clusterQualityColumns,
  clusterQualitySchema,
  type ClusterQualityBatch,
  type ClusterQualityColumns,
} from './cluster-quality.ts';
export {
  categoryTraitColumns,
  categoryTraitSchema,
  type CategoryTraitBatch,
  type CategoryTraitColumns,
} from './category-trait.ts';

// How sure an embedding is
export { modelUnitsColumns, modelUnitsSchema, type ModelUnitsBatch, type ModelUnitsColumns } from './model-units.ts';
export {
  summaryIntervalColumns,
  summaryIntervalSchema,
  type SummaryIntervalBatch,
  type SummaryIntervalColumns,
} from './summary-interval.ts';
export {
  profileIntervalColumns,
  profileIntervalSchema,
  type ProfileIntervalBatch,
  type ProfileIntervalColumns,
} from './profile-interval.ts';
export { embeddingCloudSchema, type EmbeddingCloudBatch, type EmbeddingCloudColumns } from './embedding-cloud.ts';
export { modelPairColumns, modelPairSchema, type ModelPairBatch, type ModelPairColumns } from './model-pair.ts';
export {
  loadingIntervalColumns,
  loadingIntervalSchema,
  type LoadingIntervalBatch,
  type LoadingIntervalColumns,
} from './loading-interval.ts';

// Tasks of one's own
export {
  probeReplicateSchema,
  probeScoreColumns,
  probeScoreSchema,
  type ProbeReplicateBatch,
  type ProbeReplicateColumns,
  type ProbeScoreBatch,
  type ProbeScoreColumns,
} from './probe-score.ts';
export { taskImageColumns, taskImageSchema, type TaskImageBatch, type TaskImageColumns } from './task-image.ts';
export {
  probeDifferenceColumns,
  probeDifferenceSchema,
  type ProbeDifferenceBatch,
  type ProbeDifferenceColumns,
} from './probe-difference.ts';

// Relations to tasks
export { taskScoreColumns, taskScoreSchema, type TaskScoreBatch, type TaskScoreColumns } from './task-score.ts';
export {
  taskRelationColumns,
  taskRelationSchema,
  type TaskRelationBatch,
  type TaskRelationColumns,
} from './task-relation.ts';
export {
  conceptRelationColumns,
  conceptRelationSchema,
  type ConceptRelationBatch,
  type ConceptRelationColumns,
} from './concept-relation.ts';
export {
  performanceSurfaceColumns,
  performanceSurfaceSchema,
  type PerformanceSurfaceBatch,
  type PerformanceSurfaceColumns,
} from './performance-surface.ts';
export {
  surfaceErrorColumns,
  surfaceErrorSchema,
  type SurfaceErrorBatch,
  type SurfaceErrorColumns,
} from './surface-error.ts';
export {
  modelFamilyColumns,
  modelFamilySchema,
  type ModelFamilyBatch,
  type ModelFamilyColumns,
} from './model-family.ts';
export {
  relationPowerColumns,
  relationPowerSchema,
  type RelationPowerBatch,
  type RelationPowerColumns,
} from './relation-power.ts';

// Claims, and what becomes of them under other choices
export {
  claimVerdictColumns,
  claimVerdictSchema,
  type ClaimVerdictBatch,
  type ClaimVerdictColumns,
} from './claim-verdict.ts';
export { universeColumns, universeSchema, type UniverseBatch, type UniverseColumns } from './universe.ts';
export {
  universeEffectColumns,
  universeEffectSchema,
  type UniverseEffectBatch,
  type UniverseEffectColumns,
} from './universe-effect.ts';
export {
  choiceInfluenceColumns,
  choiceInfluenceSchema,
  type ChoiceInfluenceBatch,
  type ChoiceInfluenceColumns,
} from './choice-influence.ts';
