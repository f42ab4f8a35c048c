import { significantBelow } from '@intermodel/numerics';
import type { JudgedClaim } from './judged-claim.ts';
import { verdictShares } from './verdict.ts';

/** Why a claim is called what it is, in a plain sentence. */
export function verdictSentence(claim: JudgedClaim): string {
  const { verdict, isAsked, isSo, q, universeShare, universes, replicateShare, replicates } = claim;
  if (!isAsked) return 'It cannot be asked of this study: there are too few models, or none that it is about.';
  const across = [
    ...(Number.isNaN(replicateShare) ? [] : [`${share(replicateShare)} of ${String(replicates)} replicates`]),
    ...(universes === 0 ? [] : [`${share(universeShare)} of ${String(universes)} universes`]),
  ].join(' and ');
  const chance = `q ${q < 0.001 ? 'below 0.001' : q.toFixed(3)}`;
  if (verdict === 'holds') return `So in the study (${chance})${across === '' ? '' : `, and in ${across}`}.`;
  if (verdict === 'fails') return `Not so in the study${across === '' ? '' : `, and so in ${across}`}.`;
  if (!isSo) return `Not so in the study, but in ${across}: too often to call it wrong.`;
  const lacking = [
    ...(q <= significantBelow ? [] : [Number.isNaN(q) ? 'it was not tested' : `chance is not ruled out (${chance})`]),
    ...(universeShare < verdictShares.universesFor ? [`other choices undo it${moved(claim)}`] : []),
  ];
  return `So in the study${across === '' ? '' : ` and in ${across}`}, but ${lacking.join(', and ')}.`;
}

function moved({ movedBy, movedShare }: JudgedClaim): string {
  return movedBy === '' || !(movedShare >= leastMove)
    ? ''
    : ` (most of all ${choiceWords[movedBy] ?? movedBy}: ${share(movedShare)} of the variance)`;
}

/** Share of the variance from which on a choice is named as what moves a claim. */
const leastMove = 0.1;

/** Choices in words. */
export const choiceWords: Readonly<Record<string, string>> = {
  gate: 'the gate',
  compareGate: 'the comparison with the gate',
  match: 'what counts as a match',
  normalisation: 'the weights of concepts',
  dropFirstConcept: 'whether the first concept is dropped',
  leftOut: 'the models left out',
  components: 'the number of components',
  clusters: 'the number of categories of models',
  distance: 'the distance of models',
};

/** A share in whole per cent that never hides a rest. */
function share(value: number): string {
  const percent = Math.round(100 * value);
  if (percent === 0 && value > 0) return 'less than 1 %';
  if (percent === 100 && value < 1) return 'more than 99 %';
  return `${String(percent)} %`;
}
