import { universeEffectSchema, type UniverseEffectBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { ruleOf } from '../judging/claim-rules.ts';
import type { ModelView } from '../judging/model-view.ts';
import type { Claim } from '../vocabulary/claim.ts';

/**
 * Asks all claims in universes: a row for each claim and universe in which it can be asked.
 *
 * @param claims what is claimed
 * @param views the universes, by their numbers; each is asked before the next is made
 */
export async function askClaims(
  claims: readonly Claim[],
  views: Iterable<readonly [number, ModelView]> | AsyncIterable<readonly [number, ModelView]>,
): Promise<UniverseEffectBatch> {
  const rows: { universe: number; claim: string; effect: number; isSo: boolean }[] = [];
  for await (const [universe, view] of views)
    for (const claim of claims) {
      const outcome = ruleOf(claim).ask(claim, view);
      if (outcome !== undefined) rows.push({ universe, claim: claim.claim, ...outcome });
    }
  return buildBatch(universeEffectSchema, {
    universe: rows.map(({ universe }) => universe),
    claim: rows.map(({ claim }) => claim),
    effect: rows.map(({ effect }) => effect),
    isSo: rows.map(({ isSo }) => isSo),
  });
}
