// Activations -> thresholds, overlaps, matches
export { dissectActivations, type DissectActivationsOptions } from './dissect-activations.ts';
export { ActivationDissection, mergeOverlaps, mergeSelections, type ActivationDissectionOptions, type DissectionProgress } from './activation-dissection.ts';
export { readActivations, type ImageActivations } from './read-activations.ts';
export { dissectionPreset, dissectionPresetNames, dissectionPresets, passesGate, type Comparison, type DissectionPreset, type DissectionPresetName } from './dissection-presets.ts';
export { type DissectionResult, type UnitSummary } from './dissection-result.ts';
export { type Concept } from './concept-index.ts';
export { matchConcepts, matchConceptsDefaults, type MatchConceptsOptions } from './match-concepts.ts';
export { keepDefaults, type KeepOptions } from './kept-map-store.ts';
