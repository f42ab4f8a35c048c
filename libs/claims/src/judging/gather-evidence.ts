import { benjaminiHochberg, replicateInterval } from '@intermodel/numerics';
import type { Claim } from '../vocabulary/claim.ts';
import type { ClaimOutcome, ClaimTest } from './claim-rule.ts';
import { ruleOf } from './claim-rules.ts';
import type { ModelView } from './model-view.ts';

/** What speaks for and against a claim, apart from other universes. */
export interface ClaimEvidence extends ClaimOutcome {
  /** Whether it can be asked of the study at all. */
  readonly isAsked: boolean;
  /** Lower end of the 95 % interval of the effect; NaN where there is none. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Replicates in which it could be asked. */
  readonly replicates: number;
  /** Share of them in which it is so; NaN without any. */
  readonly replicateShare: number;
  /** How easily chance would make it so; NaN where nothing tells. */
  readonly p: number;
  /** p with regard to all that it was chosen from. */
  readonly q: number;
}

/**
 * Gathers the evidence for claims.
 *
 * p is that of the test of a claim's kind, where it has one, or (1 + replicates in which it is not so) / (replicates +
 * 1). q is what the relations of the study were corrected to, for claims about them, and the false-discovery rate among
 * the other claims for these.
 *
 * @param claims what is claimed
 * @param study the study as it was made
 * @param replicates views of bootstrap replicates; each is asked before the next is made
 */
export function gatherEvidence(
  claims: readonly Claim[],
  study: ModelView,
  replicates: Iterable<ModelView> = [],
): readonly ClaimEvidence[] {
  const drawn = claims.map((): ClaimOutcome[] => []);
  for (const view of replicates)
    claims.forEach((claim, index) => {
      const outcome = ruleOf(claim).ask(claim, view);
      if (outcome !== undefined) drawn[index]?.push(outcome);
    });
  const gathered = claims.map((claim, index) => {
    const rule = ruleOf(claim);
    const asked = rule.ask(claim, study);
    const outcome = asked ?? { effect: Number.NaN, isSo: false };
    return {
      ...outcome,
      isAsked: asked !== undefined,
      ...replicateEvidence(outcome, drawn[index] ?? [], rule.test?.(claim, study)),
    };
  });
  const q = benjaminiHochberg(gathered.map(({ p, corrected }) => (corrected === undefined ? p : Number.NaN)));
  return gathered.map(({ corrected, ...evidence }, index) => ({ ...evidence, q: corrected ?? (q[index] as number) }));
}

function replicateEvidence(
  { effect }: ClaimOutcome,
  drawn: readonly ClaimOutcome[],
  test: ClaimTest | undefined,
): Omit<ClaimEvidence, 'effect' | 'isSo' | 'isAsked' | 'q'> & Pick<ClaimTest, 'corrected'> {
  const [replicates, so] = [drawn.length, drawn.filter(({ isSo }) => isSo).length];
  const effects = drawn.map((outcome) => outcome.effect).filter((value) => !Number.isNaN(value));
  const [low, high] =
    test?.interval ??
    (effects.length === 0 || Number.isNaN(effect)
      ? [Number.NaN, Number.NaN]
      : replicateInterval({ replicates: Float64Array.from(effects), observed: effect }));
  return {
    ...{ low, high, replicates },
    replicateShare: replicates === 0 ? Number.NaN : so / replicates,
    p: test?.p ?? (replicates === 0 ? Number.NaN : (1 + replicates - so) / (replicates + 1)),
    ...(test?.corrected === undefined ? {} : { corrected: test.corrected }),
  };
}
