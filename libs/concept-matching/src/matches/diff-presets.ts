import { matchSchemaOf, scoreColumn, type UnitMatchBatch } from '@intermodel/schemas';
import { checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { passesGate, type PresetGate } from '../presets/dissection-presets.ts';
import { checkMatchScore } from './dissection-result.ts';

/** Matches of units and the preset that they were made with, whose gate says which of them count. */
export interface PresetMatches {
  /** One row a unit. */
  readonly matches: UnitMatchBatch;
  /** Gate of the preset. */
  readonly preset: PresetGate;
}

/** What one preset says of a unit; an empty concept where it detects none. */
export interface DetectedConcept {
  /** Name of the concept, empty for none. */
  readonly concept: string;
  /** Its category, empty for none. */
  readonly category: string;
  /** IoU of the best concept, also where it does not pass the gate; null for a unit that is never active. */
  readonly iou: number | null;
  /** Score that concepts were matched by, where it is another; null likewise. */
  readonly score?: number | null;
}

/** A unit of which two presets say different things. */
export interface ChangedUnit {
  /** Name of the model. */
  readonly model: string;
  /** Name of the layer. */
  readonly layer: string;
  /** Number of the unit. */
  readonly unit: number;
  /** Under the first preset. */
  readonly before: DetectedConcept;
  /** Under the second. */
  readonly after: DetectedConcept;
}

/**
 * Lists the units whose detected concept changes from one preset to another, in the order of the first table. A match
 * below the gate of its own preset is no concept; a unit that is missing in one table has none there.
 */
export function diffPresets(first: PresetMatches, second: PresetMatches): ChangedUnit[] {
  const [before, after] = [readDetected(first), readDetected(second)];
  const none: DetectedConcept = { concept: '', category: '', iou: null };
  const changed: ChangedUnit[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [one, other] = [before.get(key), after.get(key)];
    const { model, layer, unit } = (one ?? other) as DetectedUnit;
    const pair = { before: one?.detected ?? none, after: other?.detected ?? none };
    if (pair.before.concept !== pair.after.concept || pair.before.category !== pair.after.category)
      changed.push({ model, layer, unit, ...pair });
  }
  return changed;
}

interface DetectedUnit {
  readonly model: string;
  readonly layer: string;
  readonly unit: number;
  readonly detected: DetectedConcept;
}

function readDetected({ matches, preset }: PresetMatches): Map<string, DetectedUnit> {
  checkBatch('diffPresets', matchSchemaOf(matches), checkMatchScore(matches, preset));
  const [models, layers, concepts, categories] = (['model', 'layer', 'concept', 'category'] as const).map((name) =>
    readStrings(column(matches, name)),
  ) as [string[], string[], string[], string[]];
  const units = readNumbers(column(matches, 'unit'));
  const ious = readNumbers(column(matches, 'iou'));
  const scores = readNumbers(scoreColumn(matches));
  const orNull = (value: number) => (Number.isNaN(value) ? null : value);
  const detected = new Map<string, DetectedUnit>();
  models.forEach((model, row) => {
    const layer = layers[row] as string;
    const unit = units[row] as number;
    const iou = ious[row] as number;
    const score = scores[row] as number;
    const named = passesGate(score, preset);
    const concept = {
      concept: named ? (concepts[row] as string) : '',
      category: named ? (categories[row] as string) : '',
      iou: orNull(iou),
      ...(preset.score === 'iou' ? {} : { score: orNull(score) }),
    };
    detected.set([model, layer, unit].join('\0'), { model, layer, unit, detected: concept });
  });
  return detected;
}
