import type { DissectionPreset, UnitSummary } from '@intermodel/concept-matching';
import type { UnitThresholdBatch } from '@intermodel/schemas';
import { column, readNumbers } from '@intermodel/streams';

/** A layer that was dissected. */
export interface WatchedLayer {
  /** Name of the tensor. */
  readonly layer: string;
  /** How many of its units are peculiar. */
  readonly summary: UnitSummary;
  /** Their thresholds. */
  readonly thresholds: UnitThresholdBatch;
}

/** What is peculiar about the units of the layers of a model, in words. */
export function unitWarnings(
  layers: readonly WatchedLayer[],
  preset: Pick<DissectionPreset, 'level' | 'compare'>,
): string[] {
  return layers.flatMap(({ layer, summary, thresholds }) => {
    const { dead, constant, invalid, neverActive } = summary;
    const saturated = neverActive - dead - constant - invalid;
    const say = (count: number, text: string) =>
      count > 0 ? [`${layer}: ${String(count)} of ${String(summary.units)} units ${text}`] : [];
    const ties = findTies(thresholds, preset);
    return [
      ...say(invalid, 'have activations that are not finite; they have no threshold and match nothing.'),
      ...say(dead, 'are dead (all activations are 0); they match nothing.'),
      ...say(constant, 'are constant; they match nothing.'),
      ...say(
        saturated,
        'have so many equal largest activations that none lies above the threshold; they match nothing.',
      ),
      ...(ties === undefined ? [] : say(ties.units, tiesText(ties, preset))),
    ];
  });
}

/** Units whose thresholds stand at ceilings. */
export interface TiedUnits {
  /** How many there are. */
  readonly units: number;
  /** The ceiling that most of them share. */
  readonly ceiling: number;
  /** Mean share of pixels on which they are active, 0..1. */
  readonly activeShare: number;
}

/** Fewest units that share a threshold to the last bit before this counts as a ceiling. */
const fewestSharing = 3;

/** Share of the units of a layer at ceilings from which this is told. */
const tiesTold = 0.05;

/**
 * Finds units whose threshold is a ceiling that many of their activations reach, as those of ReLU6 or of quantised
 * networks do: others have the very same threshold, and the share of pixels beyond it is less than half (or, with `>=`,
 * more than twice) of what the level of the quantile leaves. A floor that is above 0 differs from unit to unit.
 * Undefined where such units are few.
 */
export function findTies(
  table: UnitThresholdBatch,
  { level, compare }: Pick<DissectionPreset, 'level' | 'compare'>,
): TiedUnits | undefined {
  const thresholds = readNumbers(column(table, 'threshold'));
  const shares = readNumbers(column(table, 'activeFraction'));
  const expected = 1 - level;
  const byThreshold = new Map<number, number[]>();
  thresholds.forEach((threshold, unit) => {
    const share = shares[unit] as number;
    const isOff = compare === '>' ? share < expected / 2 : share > 2 * expected;
    if (!(threshold > 0) || !isOff) return;
    byThreshold.set(threshold, [...(byThreshold.get(threshold) ?? []), share]);
  });
  const groups = [...byThreshold].filter(([, own]) => own.length >= fewestSharing);
  const tied = groups.flatMap(([, own]) => own);
  if (tied.length === 0 || tied.length < tiesTold * thresholds.length) return undefined;
  const [ceiling] = groups.reduce((most, group) => (group[1].length > most[1].length ? group : most));
  return {
    units: tied.length,
    ceiling,
    activeShare: tied.reduce((sum, share) => sum + share, 0) / tied.length,
  };
}

function tiesText(
  { ceiling, activeShare }: TiedUnits,
  { level, compare }: Pick<DissectionPreset, 'level' | 'compare'>,
): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const reached = compare === '>' ? 'exceed' : 'reach';
  return `have their threshold at a ceiling of the activations (${String(Math.fround(ceiling))}), which ${percent(activeShare)} of the pixels ${reached} instead of ${percent(1 - level)}: activations that are cut off (ReLU6, quantised) tie there. Dissect what stands before the ceiling, \`models[].layer\`${compare === '>' ? ', or count what reaches the threshold, `matching.compare: >=`' : ''}.`;
}
