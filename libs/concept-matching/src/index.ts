// Activations -> counts and kept maps -> thresholds -> overlaps -> matches, shard by shard
export { countShards, countShardsDefaults, type CountShardsOptions } from './count/count-shards.ts';
export { type CountedShard } from './count/shard-counter.ts';
export { recountShard } from './count/recount-shard.ts';
export {
  selectThresholds,
  selectThresholdsDefaults,
  ShardsFallShort,
  type OnImages,
  type SelectThresholdsOptions,
  type ShardCounts,
} from './thresholds/select-thresholds.ts';
export { sketchThresholds, type SketchThresholdsOptions } from './thresholds/sketch-thresholds.ts';
export {
  tallyOverlaps,
  tallyOverlapsDefaults,
  type LabelledShard,
  type TallyOverlapsOptions,
} from './overlaps/tally-overlaps.ts';
export { mergeOverlaps } from './overlaps/merge-overlaps.ts';
export { listOverlaps, type ListOverlapsOptions } from './overlaps/list-overlaps.ts';
export { matchConcepts, matchConceptsDefaults, type MatchConceptsOptions } from './matches/match-concepts.ts';
export {
  concludeDissection,
  type ConcludeDissectionOptions,
  type DissectionResult,
  type UnitSummary,
} from './matches/dissection-result.ts';
export {
  replicateMatches,
  replicateMatchesDefaults,
  type ReplicateMatchesOptions,
} from './chance/replicate-matches.ts';
export {
  resampleMatches,
  type ReplicateThresholds,
  resampleMatchesDefaults,
  type ReplicateRound,
  type ResampleMatchesOptions,
} from './uncertainty/resample-matches.ts';
export { bothNearby, nearbyPresets, type Nearby, type NearbyThresholds } from './uncertainty/nearby-presets.ts';
export { bestPerCategory, type CategoryMatch } from './matches/best-per-category.ts';

// Compositions of them for pipelines of one's own
export { dissectActivations, type DissectActivationsOptions } from './dissect-activations.ts';
export {
  estimateThresholds,
  estimateThresholdsDefaults,
  type EstimateThresholdsOptions,
} from './estimate-thresholds.ts';

// Where units fire, and where their concepts lie
export {
  sumPlaces,
  sumPlacesDefaults,
  type PlacedUnit,
  type PlaceMap,
  type SumPlacesOptions,
  type UnitPlaces,
} from './places/sum-places.ts';

// Activations in memory under other labels
export { LabelledActivations } from './labellings/labelled-activations.ts';
export { labelMoves, type LabelMove } from './labellings/label-moves.ts';

// What is stored between the stages
export {
  keptBytes,
  packKeptMaps,
  shrinkKeptMaps,
  unpackKeptMaps,
  type KeptMaps,
  type MapBounds,
  type ShrinkOptions,
} from './count/kept-maps.ts';
export { KnownCounts } from './count/known-counts.ts';
export { HeldShards } from './count/held-shards.ts';
export { JoinedStrongest, type StrongestOptions } from './count/strongest-images.ts';
export { coversThresholds } from './count/recount-shard.ts';
export { labelPlanesBatch, readLabelPlanes, type LabelGridSize } from './overlaps/label-planes.ts';
export { packTable, unpackTable } from './stored-tables.ts';
export { restateShape, statedShape } from './restate-shape.ts';
export { countingThreads } from './threads/counting-threads.ts';
export { UnitThreads, type KeptGroup } from './threads/unit-threads.ts';

// Named choices
export type { NullKind } from '@intermodel/schemas';
export { nullKindsOf, type NullChoice } from './chance/null-choice.ts';
export { indexConcepts, type Concept, type ConceptIndex } from './presets/concept-index.ts';
export {
  dissectionPreset,
  dissectionPresetNames,
  dissectionPresets,
  passesGate,
  type Comparison,
  type DissectionPreset,
  type DissectionPresetName,
  type PresetGate,
} from './presets/dissection-presets.ts';
export { checkGate, matchScore, matchScores, type MatchScore, type MatchScoreName } from './matches/scores.ts';
export { blankNumber } from './presets/ignored-pixels.ts';
export { upsamplingOptions } from './presets/kernel-options.ts';
export { diffPresets, type ChangedUnit, type DetectedConcept, type PresetMatches } from './matches/diff-presets.ts';
