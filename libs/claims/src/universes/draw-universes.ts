import { createRandom, type MatchRule } from '@intermodel/numerics';
import { universeSchema, type UniverseBatch } from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';

/** A combination of defensible choices. */
export interface UniverseChoices {
  /** Score that a unit must pass to match its concept. */
  readonly gate: number;
  /** By which comparison. */
  readonly compareGate: '>' | '>=';
  /** What makes a match. */
  readonly match: MatchRule;
  /** How counts become weights. */
  readonly normalisation: string;
  /** Whether the first concept is dropped. */
  readonly dropFirstConcept: boolean;
  /** Models that are not embedded. */
  readonly leftOut: readonly string[];
  /** Principal components. */
  readonly components: number;
  /** Categories of models. */
  readonly clusters: number;
  /** How far models are from each other. */
  readonly distance: string;
}

/** Name of a choice. */
export type ChoiceName = keyof UniverseChoices;

/** Names of all choices, in the order in which they are stated. */
export const choiceNames = [
  'gate',
  'compareGate',
  'match',
  'normalisation',
  'dropFirstConcept',
  'leftOut',
  'components',
  'clusters',
  'distance',
] as const satisfies readonly ChoiceName[];

/** Levels of every choice: data, not code. */
export type ChoiceLevels = { readonly [Name in ChoiceName]: readonly UniverseChoices[Name][] };

/** Options of {@link drawUniverses}. */
export interface DrawUniversesOptions {
  /** The study as it was made. */
  readonly study: UniverseChoices;
  /** Levels of the choices, those of the study among them or not. */
  readonly levels: ChoiceLevels;
  /** Most universes, at least 1. */
  readonly universes: number;
  /** Seed of the draw. @default 0 */
  readonly seed?: number;
}

/** Universes, and how many combinations there are in all. */
export interface DrawnUniverses {
  /** The study first, then others; none twice. */
  readonly universes: readonly UniverseChoices[];
  /** All combinations of the levels, those of the study among them. */
  readonly combinations: number;
}

/**
 * Universes: the study itself, and all other combinations of the levels; where these are more than asked for, so many of
 * them, drawn without replacement, each as likely as any other. They come in the order of the combinations.
 */
export function drawUniverses({ study, levels, universes, seed = 0 }: DrawUniversesOptions): DrawnUniverses {
  if (!Number.isInteger(universes) || universes < 1)
    throw new InputError('UNIVERSES_FEW', `${String(universes)} universes cannot be drawn`, {
      expected: 'a whole number from 1 on',
    });
  const all = choiceNames.map((name) => withStudy(levels[name], study[name]));
  const combinations = all.reduce((product, list) => product * list.length, 1);
  // Mixed radix, the last choice fastest; the study's own level is the first of each, so that the study is number 0.
  const at = (number: number): UniverseChoices => {
    let rest = number;
    const chosen = all.toReversed().map((list) => {
      const level = list[rest % list.length];
      rest = Math.floor(rest / list.length);
      return level;
    });
    const named = chosen.toReversed().map((level, index): [string, unknown] => [choiceNames[index] ?? '', level]);
    return Object.fromEntries(named) as unknown as UniverseChoices;
  };
  const numbers =
    combinations <= universes
      ? Array.from({ length: combinations }, (_, number) => number)
      : [0, ...drawNumbers(combinations - 1, universes - 1, seed).map((number) => number + 1)];
  return { universes: numbers.map(at), combinations };
}

/** Levels of a choice with that of the study as the first. */
function withStudy<Level>(levels: readonly Level[], own: Level): readonly Level[] {
  const distinct = new Map([own, ...levels].map((level) => [JSON.stringify(level), level]));
  return [...distinct.values()];
}

/** Numbers below `count`, rising, drawn without replacement (Floyd's algorithm). */
function drawNumbers(count: number, wanted: number, seed: number): readonly number[] {
  const random = createRandom(seed);
  const drawn = new Set<number>();
  for (let last = count - wanted; last < count; last++) {
    const number = Math.min(last, Math.floor(random.uniform() * (last + 1)));
    drawn.add(drawn.has(number) ? last : number);
  }
  return [...drawn].sort((a, b) => a - b);
}

/** What separates the models of `leftOut` in tables. */
export const leftOutSeparator = '|';

/** Universes as a table; the study comes first. */
export function universeTable(universes: readonly UniverseChoices[]): UniverseBatch {
  return buildBatch(universeSchema, {
    universe: universes.map((_, universe) => universe),
    isStudy: universes.map((_, universe) => universe === 0),
    gate: universes.map(({ gate }) => gate),
    compareGate: universes.map(({ compareGate }) => compareGate),
    match: universes.map(({ match }) => match),
    normalisation: universes.map(({ normalisation }) => normalisation),
    dropFirstConcept: universes.map(({ dropFirstConcept }) => dropFirstConcept),
    leftOut: universes.map(({ leftOut }) => leftOut.join(leftOutSeparator)),
    components: universes.map(({ components }) => components),
    clusters: universes.map(({ clusters }) => clusters),
    distance: universes.map(({ distance }) => distance),
  });
}
