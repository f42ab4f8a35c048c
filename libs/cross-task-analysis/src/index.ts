// Scores x embedding -> relations
export {
  intervalLevel,
  relateTasks,
  relateTasksDefaults,
  supportedBelow,
  type RelateTasksOptions,
} from './relate-tasks.ts';
export { relateConcepts, type RelateConceptsOptions } from './relate-concepts.ts';
export { predictorsOf, summaryKinds, type Predictor } from './predictors.ts';

// Scores x embedding -> performance surfaces
export {
  rateSurfaces,
  surfacePerformance,
  surfacePerformanceDefaults,
  type SurfacePerformanceOptions,
} from './surface-performance.ts';
