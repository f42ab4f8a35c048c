import {
  choiceInfluenceSchema,
  universeEffectSchema,
  type ChoiceInfluenceBatch,
  type UniverseBatch,
  type UniverseEffectBatch,
} from '@intermodel/schemas';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { choiceNames, type ChoiceName } from './draw-universes.ts';

/** Options of {@link rateChoices}. */
export interface RateChoicesOptions {
  /** The universes that the effects are of. */
  readonly universes: UniverseBatch;
}

/**
 * Tells how much each choice moves each claim: the share of the variance of the effect over universes that lies between
 * the means of the choice's levels. Claims come in their order, choices too; those of a single level, and claims whose
 * effect never changes, explain nothing (0). One batch when the source completes.
 *
 * @example
 * effects.pipe(rateChoices({ universes }))
 */
export function rateChoices({
  universes,
}: RateChoicesOptions): OperatorFunction<UniverseEffectBatch, ChoiceInfluenceBatch> {
  return (effects) =>
    defer(() =>
      effects.pipe(
        map((batch) => checkBatch('rateChoices', universeEffectSchema, batch)),
        reduce(addEffects, new Map<string, ClaimEffect[]>()),
        map((claims) => toTable(claims, readLevels(universes))),
      ),
    );
}

/** Effect of a claim in a universe. */
interface ClaimEffect {
  readonly universe: number;
  readonly effect: number;
}

/** Effects of a claim. */
type ClaimEffects = readonly ClaimEffect[];

function addEffects(claims: Map<string, ClaimEffect[]>, batch: UniverseEffectBatch): Map<string, ClaimEffect[]> {
  const effects = readNumbers(column(batch, 'effect'));
  const universes = readNumbers(column(batch, 'universe'));
  readStrings(column(batch, 'claim')).forEach((claim, row) => {
    const effect = effects[row] as number;
    if (!Number.isNaN(effect)) append(claims, claim, { universe: universes[row] as number, effect });
  });
  return claims;
}

/** Level of each choice in each universe, as text. */
function readLevels(universes: UniverseBatch): ReadonlyMap<ChoiceName, readonly string[]> {
  const numbers = readNumbers(column(universes, 'universe'));
  return new Map(
    choiceNames.map((choice) => {
      const levels: string[] = [];
      [...column(universes, choice)].forEach((level, row) => {
        levels[numbers[row] as number] = String(level);
      });
      return [choice, levels];
    }),
  );
}

function toTable(
  claims: ReadonlyMap<string, ClaimEffects>,
  levels: ReadonlyMap<ChoiceName, readonly string[]>,
): ChoiceInfluenceBatch {
  const rows = [...claims].flatMap(([claim, effects]) =>
    [...levels].flatMap(([choice, levelOf]) => {
      const groups = groupByLevel(effects, levelOf);
      return groups.length < 2 ? [] : [{ claim, choice, levels: groups.length, share: shareBetween(groups) }];
    }),
  );
  return buildBatch(choiceInfluenceSchema, {
    claim: rows.map(({ claim }) => claim),
    choice: rows.map(({ choice }) => choice),
    levels: rows.map((row) => row.levels),
    share: rows.map(({ share }) => share),
  });
}

function groupByLevel(effects: ClaimEffects, levelOf: readonly string[]): readonly ClaimEffects[] {
  const groups = new Map<string, ClaimEffect[]>();
  for (const effect of effects) append(groups, levelOf[effect.universe] ?? '', effect);
  return [...groups.values()];
}

function append(groups: Map<string, ClaimEffect[]>, key: string, effect: ClaimEffect): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [effect]);
  else group.push(effect);
}

/** Correlation ratio: sum of squares between the means of groups / sum of squares in all. */
function shareBetween(groups: readonly ClaimEffects[]): number {
  const mean = (effects: ClaimEffects) => effects.reduce((sum, { effect }) => sum + effect, 0) / effects.length;
  const all = groups.flat();
  const centre = mean(all);
  const total = all.reduce((sum, { effect }) => sum + (effect - centre) ** 2, 0);
  const between = groups.reduce((sum, group) => sum + group.length * (mean(group) - centre) ** 2, 0);
  // Rounding of equal effects is no variance.
  return total <= all.length * (centre * Number.EPSILON * 8) ** 2 ? 0 : Math.min(1, between / total);
}
