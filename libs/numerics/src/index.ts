// Chance
export { createRandom, type Random } from './random.ts';
export { sampleWeights } from './sample-weights.ts';

// Principal components
export {
  fitPrincipalComponents,
  type PrincipalComponents,
  type PrincipalComponentsOptions,
} from './principal-components/fit-principal-components.ts';
export { findRowAxes, type RowAxes } from './principal-components/row-axes.ts';
export { projectOntoComponents, type Projection, type ProjectionOptions } from './principal-components/projection.ts';

export {
  keptComponents,
  parallelAnalysis,
  parallelAnalysisDefaults,
  type ParallelAnalysis,
  type ParallelAnalysisOptions,
} from './principal-components/parallel-analysis.ts';
export { largestEigenpairs, type Eigenpairs } from './principal-components/symmetric-eigenpairs.ts';

// Minima of smooth functions, linear equations
export { solvePositiveDefinite } from './optimising/cholesky.ts';
export {
  lbfgsDefaults,
  minimiseLbfgs,
  type CurvaturePair,
  type Evaluation,
  type LbfgsMinimum,
  type LbfgsOptions,
} from './optimising/lbfgs.ts';

// One set of points on another
export { alignProcrustes, type ProcrustesFit, type ProcrustesOptions } from './procrustes.ts';

// Clusters
export { clusterKMeans, kMeansDefaults, type KMeansClusters, type KMeansOptions } from './clusters/cluster-kmeans.ts';
export {
  clusterCountOfGap,
  countClusters,
  ratedRows,
  ratedSample,
  rateClusterCounts,
  type RateClusterCountsOptions,
  type RatedClusterCount,
} from './clusters/rate-cluster-counts.ts';
export { silhouette } from './clusters/silhouette.ts';
export { clusterOrder, type RowDistance } from './clusters/cluster-order.ts';

// Bootstrap replicates: how they are drawn, and what follows from them
export { drawBinomial, resampleCounts, type ResampleCountsOptions } from './replicates/resample-counts.ts';
export { drawBlockWeights, type BlockWeightsOptions } from './replicates/block-weights.ts';
export {
  replicateInterval,
  ruleOfThree,
  type ReplicateIntervalKind,
  type ReplicateIntervalOptions,
} from './replicates/replicate-interval.ts';
export {
  confidenceEllipse,
  ellipseScale,
  halfInterval,
  replicateCloud,
  type ConfidenceEllipse,
  type ReplicateCloud,
} from './replicates/confidence-ellipse.ts';
export { CoAssignment } from './replicates/co-assignment.ts';
export {
  EmbeddingReplicates,
  embeddingReplicatesDefaults,
  type EmbeddingReplicatesOptions,
} from './replicates/embedding-replicates.ts';
export { DistanceReplicates, rowDistances } from './replicates/distance-replicates.ts';

// Correlations, their intervals and tests
export { averageRanks, DEFAULT_LEVEL, fisherInterval, pearson, spearman, type Interval } from './correlation.ts';
export {
  bcaDefaults,
  bcaInterval,
  bcaOfReplicates,
  jackknifeAcceleration,
  fewestPairs,
  type BcaOptions,
  type BcaReplicates,
} from './bootstrap.ts';
export { testCorrelations, type CorrelationTests } from './permutation/correlation-tests.ts';
export { benjaminiHochberg, benjaminiYekutieli, harmonicNumber } from './false-discovery.ts';
export { fisherExact, type TwoGroups } from './fisher-exact.ts';
export { familyWiseP, pooledP, replicateP } from './permutation/replicate-tests.ts';
export { correlationProbability, criticalCorrelation } from './critical-correlation.ts';
export { leaveOutRange, type LeaveOutRange } from './leave-out.ts';
export { partialCorrelation } from './partial-correlation.ts';

// Prediction from neighbours
export {
  gridMargin,
  gridOver,
  leaveOneOutErrors,
  regressNearest,
  type KnownPoints,
  type LeaveOneOutErrors,
} from './nearest-neighbours.ts';

// Activation maps: upsampling, thresholds, overlaps
export {
  planUpsampling,
  samePlan,
  upsampleMap,
  type UpsamplingAlignment,
  type UpsamplingAxis,
  type UpsamplingOptions,
  type UpsamplingPadding,
  type UpsamplingPlan,
} from './activation-maps/upsampling.ts';
export { quantilePosition, type QuantilePosition, type QuantileRule } from './activation-maps/quantile-position.ts';
export { ThresholdSelection, type SelectedThresholds } from './activation-maps/threshold-selection.ts';
export {
  type SelectionOptions,
  type SelectionRound,
  type SelectionState,
  type UnitCondition,
} from './activation-maps/selection-state.ts';
export { ShardJoin, type JoinedShards } from './activation-maps/selection-shards.ts';
export { boundsToBins, floatOfBin } from './activation-maps/float-keys.ts';
export { type CountedMaps, type ImageMaps, type SurvivingMaps } from './activation-maps/image-maps.ts';
export {
  compactImages,
  countStaying,
  estimateKeptBytes,
  KeptMaps,
  LIKELY_KEPT_SHARE,
  sharedMemory,
  type KeptImage,
  type KeptMapsEstimateOptions,
  type MapAllocator,
} from './activation-maps/kept-maps.ts';
export {
  combineLabels,
  readCombinations,
  type CombinedLabels,
  type PlaneLabels,
} from './activation-maps/label-combinations.ts';
export { OverlapTally } from './activation-maps/overlap-tally.ts';
export {
  mostLabellings,
  replicateColumns,
  ReplicateTally,
  type LabelledGroup,
  type ReplicateOptions,
  type ReplicateSums,
  type ShiftedLabels,
} from './activation-maps/replicate-tally.ts';
export {
  checkOverlapState,
  type AreaScope,
  type OverlapCounts,
  type OverlapOptions,
  type OverlapState,
  type ResolvedOverlapOptions,
} from './activation-maps/overlap-state.ts';
export {
  areaOverUnion,
  informationQuality,
  intersectionOverUnion,
  passesLimit,
  isMatch,
  matchRules,
  scorePasses,
  significantBelow,
  type MatchGate,
  type MatchRule,
  type PairCounts,
} from './activation-maps/unit-scores.ts';
export {
  KllSketch,
  kllErrorModel,
  kllRankError,
  kllSketchDefaults,
  type KllSketchOptions,
} from './activation-maps/kll-sketch.ts';
export { startUnitRangeWorker } from './activation-maps/unit-ranges/start-unit-range-worker.ts';
export { UnitRangeWork, type RangeImages } from './activation-maps/unit-ranges/unit-range-work.ts';
export type { RangeAnswer, RangeRequest } from './activation-maps/unit-ranges/unit-range-messages.ts';
export { packState, unpackState } from './activation-maps/state-bytes.ts';

// Images that drive a unit most
export {
  TopActivations,
  topActivationsDefaults,
  type ActivationPool,
  type TopActivation,
  type TopActivationsOptions,
  type TopActivationsState,
} from './activation-maps/top-activations.ts';
export { outlineMask } from './activation-maps/outline-mask.ts';

// Pixels
export { resampleImage, type ResampleTarget, type RgbImage } from './resampling/resample-image.ts';
export { type ResampleFilter } from './resampling/resample-plan.ts';
export { PixelNormaliser, type PixelNormaliserOptions } from './normalising/pixel-normaliser.ts';

// Scores of predictions on any sample of images
export {
  boxOverlap,
  matchDetections,
  type ClassBoxes,
  type DetectionMatches,
  type Detections,
  type TrueBoxes,
} from './task-metrics/detection-matching.ts';
export { AveragePrecision, type AveragePrecisions } from './task-metrics/average-precision.ts';
export { ElevenPointPrecision } from './task-metrics/eleven-point-precision.ts';
export {
  countClassAreas,
  scoreClassOverlaps,
  type ClassAreas,
  type ClassOverlapScores,
} from './task-metrics/class-overlaps.ts';
export { angleLimits, AngleErrors, type AngleScores } from './task-metrics/angle-errors.ts';
export { rootMeanSquaredError, type SquaredErrors } from './task-metrics/squared-errors.ts';

// Transferability without training
export { logMe, type LogMeOptions } from './transferability/log-me.ts';
export { leep, type LeepOptions } from './transferability/leep.ts';
export { nleep, type NleepOptions } from './transferability/nleep.ts';
export { parc, type ParcOptions } from './transferability/parc.ts';
export { featureProducts, type FeatureProducts } from './transferability/feature-products.ts';
export { type LabelledRows } from './transferability/labelled-rows.ts';
