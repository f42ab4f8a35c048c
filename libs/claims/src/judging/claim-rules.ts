import type { ClaimKind, ClaimOf } from '../vocabulary/claim.ts';
import type { ClaimRule } from './claim-rule.ts';
import { categoriesRule, categoryRule } from './rules/category-rules.ts';
import { complementRule, hasRule } from './rules/concept-rules.ts';
import { nearerRule } from './rules/nearer-rule.ts';
import { correlatesRule, needsRule } from './rules/relation-rules.ts';

/** The rule of each kind of claim. */
export const claimRules: { readonly [Kind in ClaimKind]: ClaimRule<ClaimOf<Kind>> } = {
  nearer: nearerRule,
  category: categoryRule,
  categories: categoriesRule,
  correlates: correlatesRule,
  has: hasRule,
  complement: complementRule,
  needs: needsRule,
};

/** The rule of a claim. */
export function ruleOf<Kind extends ClaimKind>(claim: ClaimOf<Kind>): ClaimRule<ClaimOf<Kind>> {
  return claimRules[claim.kind];
}
