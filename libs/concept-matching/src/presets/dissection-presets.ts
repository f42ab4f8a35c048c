import {
  isMatch,
  type AreaScope,
  type MatchGate,
  type QuantileRule,
  type UpsamplingAlignment,
  type UpsamplingPadding,
} from '@intermodel/numerics';
import { InputError, suggestName } from '@intermodel/streams';
import type { MatchScoreName } from '../matches/scores.ts';

/** Comparison by which a value passes a limit. */
export type Comparison = '>' | '>=';

/** Every choice from activations to the concepts of units; nothing else decides a result. */
export interface DissectionPreset {
  /** Share of the values under a unit's threshold, 0 to 1. */
  readonly level: number;
  /** How the level becomes a position among the sorted values. */
  readonly rule: QuantileRule;
  /** Whether the quantile is one of the upsampled values or of the maps as they are. */
  readonly values: 'upsampled' | 'raw';
  /** By which comparison with its threshold an activation is active. */
  readonly compare: Comparison;
  /** What lies outside a map when it is upsampled. */
  readonly padding: UpsamplingPadding;
  /** Which points of map and label grid coincide. */
  readonly alignment: UpsamplingAlignment;
  /** Label grid that maps are upsampled to, unless a study says otherwise. */
  readonly labelGrid: { readonly width: number; readonly height: number };
  /** Whether pixels that nobody judged count as unlabelled or are left out of every area. */
  readonly ignoredPixels: 'unlabelled' | 'left-out';
  /** Which images count for the area of a unit. */
  readonly areaScope: AreaScope;
  /** What is added to a union before dividing. */
  readonly epsilon: number;
  /** How ties between concepts are broken. */
  readonly matchScope: 'global' | 'per-category';
  /** Score that units are matched by. */
  readonly score: MatchScoreName;
  /** Score that a match must pass. */
  readonly gate: number;
  /** By which comparison it must pass. */
  readonly compareGate: Comparison;
  /** Information quality ratio that a match must exceed; 0 for none. */
  readonly minimumQuality: number;
  /** Images in which a concept must occur to take part. */
  readonly minimumImages: number;
  /** Whole images' worth of pixels that a concept must cover to take part. */
  readonly minimumCoverage: number;
}

const dissect2020: DissectionPreset = {
  level: 0.99,
  rule: 'hazen',
  values: 'upsampled',
  compare: '>',
  padding: 'zeros',
  alignment: 'half-pixel',
  labelGrid: { width: 56, height: 56 },
  ignoredPixels: 'unlabelled',
  areaScope: 'all',
  epsilon: 0,
  matchScope: 'global',
  score: 'iou',
  gate: 0.04,
  compareGate: '>',
  minimumQuality: 0,
  minimumImages: 0,
  minimumCoverage: 0,
};

/** 995th of the 1,000 quantiles that the code of 2017 reads out, which is not quite 0.995. */
const LEVEL_2017 = 994 / 999;

const netdissect2017: DissectionPreset = {
  ...dissect2020,
  level: LEVEL_2017,
  rule: 'linear',
  values: 'raw',
  padding: 'clamp',
  labelGrid: { width: 112, height: 112 },
  areaScope: 'category-in-image',
  epsilon: 1e-20,
  matchScope: 'per-category',
  compareGate: '>=',
  minimumImages: 10,
  minimumCoverage: 0.5,
};

/**
 * The published variants of network dissection, each with all its choices.
 * - `dissect-2020`: davidbau/dissect (Bau et al. 2020), base of the published study of models.
 * - `netdissect-2017`: CSAILVision/NetDissect (Bau et al. 2017). It places maps by the receptive field of a layer;
 *   here cells are taken to be spread evenly over the image, which is the same for layers padded alike on all sides.
 * - `netdissect-lite`: CSAILVision/NetDissect-Lite: areas only of images where mask and category overlap.
 * - `gandissect`: CSAILVision/gandissect (Bau et al. 2019): demands information quality above 0.01 too.
 *
 * All of them estimate quantiles by random sketches; here they are exact, unless a sketch is asked for.
 */
export const dissectionPresets = {
  'dissect-2020': dissect2020,
  'netdissect-2017': netdissect2017,
  'netdissect-lite': { ...netdissect2017, areaScope: 'category-under-mask', epsilon: 1e-10 },
  gandissect: {
    ...dissect2020,
    level: 0.995,
    values: 'raw',
    padding: 'clamp',
    labelGrid: { width: 224, height: 224 },
    areaScope: 'category-in-image',
    epsilon: 1e-20,
    gate: 0.05,
    minimumQuality: 0.01,
  },
} as const satisfies Record<string, DissectionPreset>;

/** Name of a preset of the dissection. */
export type DissectionPresetName = keyof typeof dissectionPresets;

/** Preset of a name. @throws InputError `PRESET_UNKNOWN` that lists them */
export function dissectionPreset(name: string): DissectionPreset {
  if (Object.hasOwn(dissectionPresets, name)) return dissectionPresets[name as DissectionPresetName];
  throw new InputError('PRESET_UNKNOWN', `there is no preset "${name}"`, {
    hint: suggestName(name, Object.keys(dissectionPresets)),
  });
}

/** What says which matches count: score and gate of a preset, and whether they have to be significant. */
export interface PresetGate extends MatchGate {
  /** Score that the gate is one of. */
  readonly score: MatchScoreName;
}

/**
 * Whether a match counts as detected whose score (that of the preset) is this; null and NaN (dead units) and 0 (no
 * concept) never do, whatever the gate.
 *
 * @param score score of the unit and its concept
 * @param gate what it must pass
 * @param q its false-discovery rate, where it was tested and the gate asks for it. @default not tested
 */
export function passesGate(score: number | null, gate: MatchGate, q: number = Number.NaN): boolean {
  return score !== null && isMatch(score, q, gate);
}

/** Names of the presets, the default first. */
export const dissectionPresetNames: readonly DissectionPresetName[] = Object.keys(
  dissectionPresets,
) as DissectionPresetName[];
