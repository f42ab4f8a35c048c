import type { NearerClaim } from '../../vocabulary/claim.ts';
import { hasModels, type ClaimRule } from '../claim-rule.ts';

/** Differences of distances that are rounding. */
const rounding = 1e-9;

/** Two models are nearer to each other than either is to any of the others. */
export const nearerRule: ClaimRule<NearerClaim> = {
  measure: '1 - distance of the two / distance of the nearest other from either',
  ask: ({ models, than }, view) => {
    const [one, other] = models;
    const others = than ?? view.models.filter((model) => model !== one && model !== other);
    if (!hasModels(view, [...models, ...others]) || others.length === 0) return undefined;
    const distance = view.distance(one, other);
    const nearest = Math.min(...others.flatMap((model) => [view.distance(one, model), view.distance(other, model)]));
    if (nearest === 0) return { effect: Number.NaN, isSo: false };
    const effect = 1 - distance / nearest;
    // Equal distances differ by rounding.
    return Math.abs(effect) < rounding ? { effect: 0, isSo: false } : { effect, isSo: effect > 0 };
  },
};
