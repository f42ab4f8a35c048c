// Activations -> thresholds -> overlaps -> matches
export {
  estimateThresholds,
  estimateThresholdsDefaults,
  type EstimateThresholdsOptions,
} from './estimate-thresholds.ts';
export { tallyOverlaps, tallyOverlapsDefaults, type TallyOverlapsOptions } from './tally-overlaps.ts';
export { bestPerCategory, type CategoryMatch } from './best-per-category.ts';
export { matchConcepts, matchConceptsDefaults, type MatchConceptsOptions } from './match-concepts.ts';

// All of it in one forward pass
export { dissectActivations, type DissectActivationsOptions } from './dissect-activations.ts';
export {
  ActivationDissection,
  type ActivationDissectionOptions,
  type DissectionProgress,
} from './activation-dissection.ts';
export { type DissectionResult, type UnitSummary } from './dissection-result.ts';
export { keepDefaults, type KeepOptions } from './kept-map-store.ts';
export { readActivations, type ImageActivations } from './read-activations.ts';
export { indexConcepts, type Concept, type ConceptIndex } from './concept-index.ts';

// The parts of it, for runs in shards that are kept
export {
  ShardCounter,
  shrinkShard,
  type CountedShard,
  type KeptShard,
  type ShardCounterOptions,
  type ShrinkShardOptions,
} from './count-shards.ts';
export { boundMaxima, coversThresholds, recountShard } from './recount-shard.ts';
export {
  packKeptShard,
  packLabels,
  packOverlaps,
  packSelection,
  unpackKeptShard,
  unpackLabels,
  unpackOverlaps,
  unpackSelection,
  type KeptShardBytes,
  type LabelledShard,
} from './shard-bytes.ts';
export { UnitThreads } from './unit-threads.ts';
export { overlapOptions, selectionOptions } from './kernel-options.ts';
export { dissectionResult } from './dissection-result.ts';
export { ThresholdSketches } from './threshold-sketches.ts';

// Named choices
export {
  dissectionPreset,
  dissectionPresetNames,
  dissectionPresets,
  passesGate,
  type Comparison,
  type DissectionPreset,
  type DissectionPresetName,
} from './dissection-presets.ts';
export { diffPresets, type ChangedUnit, type DetectedConcept, type PresetMatches } from './diff-presets.ts';
