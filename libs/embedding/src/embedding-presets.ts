import { InputError, suggestName } from '@intermodel/streams';
import { fitEmbeddingDefaults } from './fit-embedding.ts';
import type { Normalisation } from './normalisation.ts';

/** Every choice from unit matches to categories of models. */
export interface EmbeddingPreset {
  /** IoU, or other score that the matches were made by, strictly above which a unit matches. */
  readonly gate: number;
  /** How counts become weights. */
  readonly normalisation: Normalisation;
  /** Principal components. */
  readonly components: number;
  /** Categories of models. */
  readonly clusters: number;
  /** Models left out of the fit, each of which must be in the table; their concepts count as columns all the same. */
  readonly exclude: readonly string[];
  /** Whether the first concept in (category, label) order is dropped. */
  readonly dropFirstConcept: boolean;
  /** Rule for model names: as they stand, or without a suffix in parentheses. */
  readonly modelNames: 'exact' | 'strip-suffix';
}

/** Models that the published embedding leaves out: weak profiles, the random baseline, and further SwAVs. */
export const modelsLeftOutByPaper = [
  'SimCLRV1',
  'SimCLRV2',
  'Random',
  'SwAV200',
  'SwAV400',
  'SwAV200bs256',
  'SwAV400_2x244',
] as const;

const common = {
  gate: fitEmbeddingDefaults.gate,
  normalisation: fitEmbeddingDefaults.normalisation,
  components: fitEmbeddingDefaults.components,
  clusters: fitEmbeddingDefaults.clusters,
} as const;

/**
 * Named choices. `paper-2022` gives the figures of Mustapha, Khreich, Masri 2022 exactly: it leaves out the same seven
 * models, and drops the first concept (black), as the published code did by mistake. `default` leaves out nothing.
 */
export const embeddingPresets = {
  default: { ...common, exclude: [], dropFirstConcept: false, modelNames: 'exact' },
  'paper-2022': { ...common, exclude: modelsLeftOutByPaper, dropFirstConcept: true, modelNames: 'strip-suffix' },
} as const satisfies Record<string, EmbeddingPreset>;

/** Name of a preset of the embedding. */
export type EmbeddingPresetName = keyof typeof embeddingPresets;

/** Checks the name of a preset. @throws InputError `PRESET_UNKNOWN` that lists them. */
export function checkEmbeddingPreset(name: string): EmbeddingPresetName {
  if (Object.hasOwn(embeddingPresets, name)) return name as EmbeddingPresetName;
  throw new InputError('PRESET_UNKNOWN', `there is no preset "${name}"`, {
    hint: suggestName(name, Object.keys(embeddingPresets)),
  });
}
