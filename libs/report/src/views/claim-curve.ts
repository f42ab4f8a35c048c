import type { PageChoice, PageClaims, PageCurve } from '../page/page-data.ts';

/** A universe of a curve. */
export interface CurvePoint {
  /** Index of the universe. */
  readonly universe: number;
  /** Effect in it. */
  readonly effect: number;
  /** Whether the claim is so in it. */
  readonly isSo: boolean;
}

/** A level of a choice with the universes that have it. */
export interface CurveLevel {
  /** The level in words. */
  readonly text: string;
  /** Places on the curve, ascending. */
  readonly places: readonly number[];
}

/** A choice of a curve. */
export interface CurveChoice {
  /** Title of the choice. */
  readonly title: string;
  /** Share (0..1) of the variance of the effect that it explains; null where that is not known. */
  readonly share: number | null;
  /** Its levels. */
  readonly levels: readonly CurveLevel[];
}

/** A curve laid out: universes by their effect, and choices by how much they explain. */
export interface CurveLayout {
  /** What the effect is, in words. */
  readonly measure: string;
  /** Interval of the effect in the study; null where it has none. */
  readonly interval: readonly [number, number] | null;
  /** Universes from the smallest to the largest effect. */
  readonly points: readonly CurvePoint[];
  /** Place of the study on the curve, -1 where it has none. */
  readonly study: number;
  /** Choices with several levels, that which explains most first. */
  readonly choices: readonly CurveChoice[];
}

/** Levels of a choice that have rows of their own; of more, the rarest share one. */
export const levelsShown = 16;

/** Lays out the curve of a claim. */
export function layOutCurve({ choices, study }: PageClaims, curve: PageCurve): CurveLayout {
  const points = curve.effects
    .flatMap((effect, universe): CurvePoint[] =>
      effect === null ? [] : [{ universe, effect, isSo: curve.isSo[universe] === '1' }],
    )
    .sort((a, b) => a.effect - b.effect || a.universe - b.universe);
  const laid = choices
    .map((choice, index) => ({
      title: choice.title,
      share: curve.shares[index] ?? null,
      levels: levelsOf(choice, points),
    }))
    .filter(({ levels }) => levels.length > 1);
  return {
    measure: curve.measure,
    interval: curve.interval,
    points,
    study: points.findIndex(({ universe }) => universe === study),
    choices: laid.sort((a, b) => (b.share ?? -1) - (a.share ?? -1)),
  };
}

/** All that is known of the universes of a curve as rows of a table, its heading first. */
export function curveRows(claims: PageClaims, curve: PageCurve): readonly (readonly (string | number)[])[] {
  const head = ['Universe', 'Study', 'Effect', 'Is so', ...claims.choices.map(({ title }) => title)];
  const rows = claims.numbers.flatMap((number, universe) => {
    const isSo = curve.isSo[universe];
    if (isSo === '.') return [];
    const chosen = claims.choices.map(({ levels, of }) => levels[of[universe] as number] ?? '');
    const isStudy = universe === claims.study;
    return [[number, String(isStudy), curve.effects[universe] ?? '', String(isSo === '1'), ...chosen]];
  });
  return [head, ...rows];
}

function levelsOf({ levels, of }: PageChoice, points: readonly CurvePoint[]): readonly CurveLevel[] {
  const places: number[][] = levels.map(() => []);
  points.forEach(({ universe }, place) => places[of[universe] as number]?.push(place));
  const all = levels
    .map((text, index) => ({ text, places: places[index] as number[] }))
    .filter((level) => level.places.length > 0);
  if (all.length <= levelsShown) return all;
  const frequent = new Set([...all].sort((a, b) => b.places.length - a.places.length).slice(0, levelsShown - 1));
  const others = all.filter((level) => !frequent.has(level));
  return [
    ...all.filter((level) => frequent.has(level)),
    {
      text: `${String(others.length)} others`,
      places: others.flatMap((level) => level.places).sort((a, b) => a - b),
    },
  ];
}
