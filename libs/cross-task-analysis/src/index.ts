// Scores x embedding -> relations
export { relateTasks, relateTasksDefaults, type RelateTasksOptions } from './relate-tasks.ts';
export { relationDefaults, type RelationOptions } from './relation-options.ts';
export { familiesOf, familyTable, type ModelFamilies } from './model-families.ts';
export { scoreColumns, scoresOf, type ScoreColumnValues } from './score-matrix.ts';
export { relationPower, type RelationPowerOptions } from './relation-power.ts';
export {
  corrections,
  criteria,
  intervalLevel,
  permutationScopes,
  supportedBelow,
  supportRule,
  unmetCriteria,
  type Correction,
  type Criterion,
  type JudgedRelation,
  type PermutationScope,
} from './support-rule.ts';
export { relateConcepts, type RelateConceptsOptions } from './relate-concepts.ts';
export { predictorsOf, summaryKinds, summaryPredictors, type Predictor, type SummaryRow } from './predictors.ts';
export { ScoreCorrelation } from './score-correlation.ts';

// Scores x embedding -> performance surfaces
export {
  rateSurfaces,
  surfacePerformance,
  surfacePerformanceDefaults,
  type SurfacePerformanceOptions,
} from './surface-performance.ts';
