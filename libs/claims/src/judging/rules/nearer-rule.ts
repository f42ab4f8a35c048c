import type { NearerClaim } from '../../vocabulary/claim.ts';
import { hasModels, type ClaimRule } from '../claim-rule.ts';

/** Two models are nearer to each other than either is to any of the others. */
export const nearerRule: ClaimRule<NearerClaim> = {
  measure: '1 - distance of the two / distance of the nearest other from either',
  ask: ({ models, than }, view) => {
    const [one, other] = models;
    const others = than ?? view.models.filter((model) => model !== one && model !== other);
    if (!hasModels(view, [...models, ...others]) || others.length === 0) return undefined;
    const distance = view.distance(one, other);
    const nearest = Math.min(...others.flatMap((model) => [view.distance(one, model), view.distance(other, model)]));
    return { effect: nearest === 0 ? Number.NaN : 1 - distance / nearest, isSo: distance < nearest };
  },
};
