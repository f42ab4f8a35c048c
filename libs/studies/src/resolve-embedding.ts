import type { PresetGate } from '@intermodel/concept-matching';
import { embeddingPresets, type EmbeddingPreset } from '@intermodel/embedding';
import type { StudyEmbedding } from './study.ts';
import type { StudyContent } from './study-content.ts';
import { defaultsOf } from './options/option-defaults.ts';

/** Preset of the embedding of a study. */
export function embeddingPresetOf({ embedding = {} }: StudyContent): EmbeddingPreset {
  return embeddingPresets[embedding.preset ?? defaultsOf('embedding').preset];
}

/** Models left out of the fit: those named, and those of the preset that are in the study. */
export function excludedModels(study: StudyContent): string[] {
  const named = new Set([...embeddingPresetOf(study).exclude, ...(study.embedding?.exclude ?? [])]);
  return study.models.map(({ name }) => name).filter((name) => named.has(name));
}

/** Models that the embedding is fitted to. */
export function embeddedModels(study: StudyContent): string[] {
  const excluded = excludedModels(study);
  return study.models.map(({ name }) => name).filter((name) => !excluded.includes(name));
}

/** Most components and categories that so many models allow. */
export function mostOf(models: number): { readonly components: number; readonly clusters: number } {
  return { components: models - 1, clusters: models };
}

/**
 * Fills in the choices of the embedding; undefined for a single model without an earlier embedding.
 *
 * @param study a checked study
 * @param matching score that a match is made by, and what it must pass
 */
export function resolveEmbedding(study: StudyContent, matching: PresetGate): StudyEmbedding | undefined {
  const {
    preset: name = defaultsOf('embedding').preset,
    components,
    clusters,
    normalisation,
    dropFirstConcept,
    frozen,
  } = study.embedding ?? {};
  const preset = embeddingPresetOf(study);
  const count = embeddedModels(study).length;
  if (count < 2 && frozen === undefined) return undefined;
  const most = frozen === undefined ? mostOf(count) : preset;
  return {
    preset: name,
    score: matching.score,
    gate: matching.gate,
    compareGate: matching.compareGate,
    match: matching.match ?? 'gate',
    normalisation: normalisation ?? preset.normalisation,
    components: components ?? Math.min(preset.components, most.components),
    clusters: clusters ?? Math.min(preset.clusters, most.clusters),
    exclude: excludedModels(study),
    dropFirstConcept: dropFirstConcept ?? preset.dropFirstConcept,
    ...(frozen === undefined ? {} : { frozen }),
  };
}
