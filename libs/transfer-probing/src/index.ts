export type { FeatureRows, TaskPart } from './feature-rows.ts';
export { resamplingDefaults, type ProbeOutcome, type ResamplingOptions } from './probe-outcome.ts';
export type { BoxTarget, GridImage, GridImages, PixelTarget, PlaneTarget, TargetBox } from './grid-images.ts';
export { kindsFor, taskKinds, type TaskKind, type TaskKindFacts, type TaskTargets } from './task-kinds.ts';
export { probeDefaults } from './probe-defaults.ts';
export { probeColumn, scoreOutcomes, type ProbeTables, type ScoredProbe } from './score-outcomes.ts';
export { compareModels } from './compare-models.ts';
export { percentileInterval } from './percentile-interval.ts';
export {
  rateTransferability,
  type RatedPart,
  type TransferabilityOptions,
} from './transferability/rate-transferability.ts';

// Heads
export {
  openLogisticRegression,
  type LogisticFit,
  type LogisticFitOptions,
  type LogisticOptions,
  type LogisticRegression,
} from './heads/logistic-regression.ts';
export type { LogisticRows, LogisticTargets } from './heads/logistic-targets.ts';
export { logits } from './heads/logits.ts';
export {
  choosePenalty,
  fitByWay,
  penalties,
  type ChosenPenalty,
  type ChoosePenaltyOptions,
} from './heads/choose-penalty.ts';
export { RidgeSums, type RidgeFit } from './heads/ridge-sums.ts';

// Heads on grids of features
export { denseCosts, densePenalties, type DenseOptions } from './dense/dense-options.ts';
export { probeDenseClasses, type DenseClassesOptions } from './dense/probe-dense-classes.ts';
export { probePixels, type PixelKind } from './dense/probe-pixels.ts';
export { probeDetection, type DetectionOptions } from './dense/probe-detection.ts';
export type { HeadOutcome, LabelledFeatures } from './heads/labelled-features.ts';
export { probeManyShot, type ManyShotOptions } from './heads/many-shot.ts';
export { probeFewShot, type FewShotOptions } from './heads/few-shot.ts';
export { probeNeighbours, type NeighboursOptions } from './heads/neighbours.ts';
