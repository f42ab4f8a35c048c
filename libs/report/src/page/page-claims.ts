import type { Claims, ClaimCurve, UniverseChoice } from '../tables/claims.ts';
import { choiceTitle, orderedLevels } from '../words/choice-words.ts';
import { figureNames } from '../words/figure-name.ts';
import type { PageChoice, PageClaims, PageCurve } from './page-data.ts';
import { finite, rounded } from './rounding.ts';

/** Universes in which an effect must be known for a curve to be drawn. */
const fewestDrawn = 2;

/** Universes and effects as the page's script knows them; null where there is no curve to draw. */
export function pageClaims({ claims, universes }: Claims): PageClaims | null {
  if (universes === undefined) return null;
  const choices = universes.choices.map((choice) => ({ ...choice, short: shortChoice(choice) }));
  const several = choices.filter(({ short }) => short.levels.length > 1);
  const figures = claimFigures({ claims });
  const curves = claims.flatMap(({ claim, measure, interval: [low, high] }, index): PageCurve[] => {
    const curve = universes.curves.get(claim);
    if (curve === undefined || known(curve) < fewestDrawn) return [];
    return [
      {
        figure: figures[index] as string,
        measure,
        interval: Number.isFinite(low) && Number.isFinite(high) ? [rounded(low, 4), rounded(high, 4)] : null,
        effects: Array.from(curve.effects, (effect) => finite(effect, 4)),
        isSo: curve.isSo.map((isSo) => (isSo === undefined ? '.' : isSo ? '1' : '0')).join(''),
        shares: several.map(({ choice }) => finite(curve.shares.get(choice) ?? Number.NaN, 3)),
      },
    ];
  });
  if (curves.length === 0) return null;
  return { numbers: universes.numbers, study: universes.study, choices: several.map(({ short }) => short), curves };
}

/** Names of the claims' figures, by index of the claim. */
export function claimFigures({ claims }: Pick<Claims, 'claims'>): readonly string[] {
  return figureNames(claims.map(({ claim }) => `claim-${claim}`));
}

function known({ effects }: ClaimCurve): number {
  return effects.filter(Number.isFinite).length;
}

function shortChoice({ choice, values }: UniverseChoice): PageChoice {
  const { levels, words } = orderedLevels(choice, values);
  const index = new Map(levels.map((level, at) => [level, at]));
  return { title: choiceTitle(choice), levels: words, of: values.map((value) => index.get(value) as number) };
}
