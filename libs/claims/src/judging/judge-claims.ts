import {
  claimVerdictSchema,
  universeEffectSchema,
  type ChoiceInfluenceBatch,
  type ClaimVerdictBatch,
  type UniverseEffectBatch,
} from '@intermodel/schemas';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import type { Claim } from '../vocabulary/claim.ts';
import type { ClaimOutcome } from './claim-rule.ts';
import { ruleOf } from './claim-rules.ts';
import type { ClaimEvidence } from './gather-evidence.ts';
import type { JudgedClaim } from './judged-claim.ts';
import { verdictOf } from './verdict.ts';
import { verdictSentence } from './verdict-words.ts';

/** Options of {@link judgeClaims}. */
export interface JudgeClaimsOptions {
  /** The claims. */
  readonly claims: readonly Claim[];
  /** Evidence for each of them, in their order. */
  readonly evidence: readonly ClaimEvidence[];
  /** How much each choice moves each claim. */
  readonly choices: ChoiceInfluenceBatch;
}

/**
 * Judges claims by the evidence, and by what becomes of them in universes, all by the one rule of `verdictOf`: a row a
 * claim, in their order, when the source completes. The study as it was made, universe 0, counts as itself, not among
 * the others.
 *
 * @example
 * effects.pipe(judgeClaims({ claims, evidence, choices }))
 */
export function judgeClaims({
  claims,
  evidence,
  choices,
}: JudgeClaimsOptions): OperatorFunction<UniverseEffectBatch, ClaimVerdictBatch> {
  return (effects) =>
    defer(() =>
      effects.pipe(
        map((batch) => checkBatch('judgeClaims', universeEffectSchema, batch)),
        reduce(addOutcomes, new Map<string, ClaimOutcome[]>()),
        map((outcomes) =>
          toTable(
            claims,
            claims.map(({ claim }, index) =>
              judge(evidence[index] as ClaimEvidence, outcomes.get(claim) ?? [], strongestChoice(claim, choices)),
            ),
          ),
        ),
      ),
    );
}

function addOutcomes(claims: Map<string, ClaimOutcome[]>, batch: UniverseEffectBatch): Map<string, ClaimOutcome[]> {
  const universes = readNumbers(column(batch, 'universe'));
  const effects = readNumbers(column(batch, 'effect'));
  const so = [...column(batch, 'isSo')] as boolean[];
  readStrings(column(batch, 'claim')).forEach((claim, row) => {
    if (universes[row] === 0) return;
    const outcomes = claims.get(claim) ?? [];
    outcomes.push({ effect: effects[row] as number, isSo: so[row] as boolean });
    claims.set(claim, outcomes);
  });
  return claims;
}

function strongestChoice(claim: string, choices: ChoiceInfluenceBatch): Pick<JudgedClaim, 'movedBy' | 'movedShare'> {
  const names = readStrings(column(choices, 'choice'));
  const shares = readNumbers(column(choices, 'share'));
  let [movedBy, movedShare] = ['', Number.NaN];
  readStrings(column(choices, 'claim')).forEach((each, row) => {
    const share = shares[row] as number;
    if (each !== claim || share === 0 || share <= movedShare) return;
    [movedBy, movedShare] = [names[row] as string, share];
  });
  return { movedBy, movedShare };
}

function judge(
  evidence: ClaimEvidence,
  outcomes: readonly ClaimOutcome[],
  moved: Pick<JudgedClaim, 'movedBy' | 'movedShare'>,
): JudgedClaim {
  const so = outcomes.filter(({ isSo }) => isSo).length;
  const universeShare = outcomes.length === 0 ? Number.NaN : so / outcomes.length;
  return {
    ...evidence,
    ...moved,
    verdict: verdictOf({ ...evidence, universeShare }),
    universes: outcomes.length,
    universeShare,
    universeEffect: median(outcomes.map(({ effect }) => effect)),
  };
}

/** The middle value, or the mean of the two; NaN without any. */
function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

function toTable(claims: readonly Claim[], judged: readonly JudgedClaim[]): ClaimVerdictBatch {
  const number = (
    name:
      | 'effect'
      | 'low'
      | 'high'
      | 'replicates'
      | 'replicateShare'
      | 'p'
      | 'q'
      | 'universes'
      | 'universeShare'
      | 'universeEffect'
      | 'movedShare',
  ) => judged.map((row) => row[name]);
  return buildBatch(claimVerdictSchema, {
    claim: claims.map(({ claim }) => claim),
    kind: claims.map(({ kind }) => kind),
    statement: claims.map(({ statement }) => statement),
    source: claims.map(({ source }) => source),
    verdict: judged.map(({ verdict }) => verdict),
    isSo: judged.map(({ isSo }) => isSo),
    measure: claims.map((claim) => ruleOf(claim).measure),
    ...{ effect: number('effect'), low: number('low'), high: number('high') },
    ...{ replicates: number('replicates'), replicateShare: number('replicateShare'), p: number('p'), q: number('q') },
    universes: number('universes'),
    universeShare: number('universeShare'),
    universeEffect: number('universeEffect'),
    movedBy: judged.map(({ movedBy }) => movedBy),
    movedShare: number('movedShare'),
    sentence: judged.map(verdictSentence),
  });
}
