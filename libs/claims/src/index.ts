// What can be claimed, and files of claims
export {
  type CategoriesClaim,
  type CategoryClaim,
  type Claim,
  type ClaimKind,
  type ClaimOf,
  type ComplementClaim,
  type ConceptName,
  type CorrelatesClaim,
  type HasClaim,
  type NearerClaim,
  type NeedsClaim,
  type StatedClaim,
} from './vocabulary/claim.ts';
export { claimName, claimStatement, wordClaim, wordClaims } from './vocabulary/claim-words.ts';
export { claimKinds, parseClaims, readClaims, type ReadClaims } from './vocabulary/read-claims.ts';
export { checkClaimedModels, checkClaims } from './vocabulary/check-claims.ts';

// Views of models -> what becomes of claims
export { type ModelView, type ViewedRelation } from './judging/model-view.ts';
export { type ClaimOutcome, type ClaimRule, type ClaimTest } from './judging/claim-rule.ts';
export { claimRules, ruleOf } from './judging/claim-rules.ts';
export { gatherEvidence, type ClaimEvidence } from './judging/gather-evidence.ts';

// Effects in universes -> influence of choices, verdicts
export { askClaims } from './universes/ask-claims.ts';
export {
  choiceNames,
  drawUniverses,
  leftOutSeparator,
  universeTable,
  type ChoiceLevels,
  type ChoiceName,
  type DrawnUniverses,
  type DrawUniversesOptions,
  type UniverseChoices,
} from './universes/draw-universes.ts';
export { rateChoices, type RateChoicesOptions } from './universes/rate-choices.ts';
export { judgeClaims, type JudgeClaimsOptions } from './judging/judge-claims.ts';
export { verdictOf, verdictShares, type Verdict, type VerdictGrounds } from './judging/verdict.ts';
export { choiceWords } from './judging/verdict-words.ts';
