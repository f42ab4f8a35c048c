import { benjaminiHochberg, fisherExact, significantBelow } from '@intermodel/numerics';
import type { ComplementClaim, ConceptName, HasClaim } from '../../vocabulary/claim.ts';
import { hasModels, type ClaimRule } from '../claim-rule.ts';
import type { ModelView } from '../model-view.ts';

/**
 * A model has a concept that another lacks. That the other has no unit for it says little where few units have it: the
 * test asks whether both could have the same share of such units (Fisher, one-sided).
 */
export const hasRule: ClaimRule<HasClaim> = {
  measure: 'difference of the shares of units that match the concept',
  ask: (claim, view) => {
    if (!hasModels(view, [claim.model, claim.without])) return undefined;
    const place = placeOf(claim, view);
    const [here, there] = [countOf(claim.model, place, view), countOf(claim.without, place, view)];
    return {
      effect: here / view.unitsOf(claim.model) - there / view.unitsOf(claim.without),
      isSo: here > 0 && there === 0,
    };
  },
  test: (claim, study) => {
    if (!hasModels(study, [claim.model, claim.without])) return undefined;
    return { p: exclusiveP(claim.model, claim.without, placeOf(claim, study), study) };
  },
};

/**
 * Each of two models has a concept that the other lacks by more than chance: of all that it alone has, some have a
 * false-discovery rate of at most 0.05. The test is that of the weaker side: the least p among what that side alone
 * has, times their number.
 */
export const complementRule: ClaimRule<ComplementClaim> = {
  measure: 'concepts that one model has and the other lacks beyond chance, on the side that has fewer',
  ask: ({ models: [one, other] }, view) => {
    if (!hasModels(view, [one, other])) return undefined;
    const effect = Math.min(
      ...[exclusive(one, other, view), exclusive(other, one, view)].map(
        (tests) => benjaminiHochberg(tests).filter((q) => q <= significantBelow).length,
      ),
    );
    return { effect, isSo: effect > 0 };
  },
  test: ({ models: [one, other] }, study) => {
    if (!hasModels(study, [one, other])) return undefined;
    const sides = [exclusive(one, other, study), exclusive(other, one, study)];
    return { p: Math.max(...sides.map((tests) => Math.min(1, Math.min(...tests) * tests.length))) };
  },
};

/** p of each concept that a model has and another lacks; one test of p 1 where there is none. */
function exclusive(model: string, other: string, view: ModelView): readonly number[] {
  const [here, there] = [view.countsOf(model), view.countsOf(other)];
  const tests = [...here.keys()]
    .filter((place) => (here[place] as number) > 0 && there[place] === 0)
    .map((place) => exclusiveP(model, other, place, view));
  return tests.length === 0 ? [1] : tests;
}

function exclusiveP(model: string, other: string, place: number, view: ModelView): number {
  return fisherExact({
    successes: countOf(model, place, view),
    trials: view.unitsOf(model),
    otherSuccesses: countOf(other, place, view),
    otherTrials: view.unitsOf(other),
  });
}

/** Place of a concept; -1 where no model matches it. */
function placeOf(wanted: ConceptName, { concepts }: ModelView): number {
  return concepts.findIndex(({ concept, category }) => concept === wanted.concept && category === wanted.category);
}

function countOf(model: string, place: number, view: ModelView): number {
  return place < 0 ? 0 : (view.countsOf(model)[place] as number);
}
