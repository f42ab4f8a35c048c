import type { Claim, ConceptName, StatedClaim } from './claim.ts';

/** A list in words: `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

const summaryWords: Readonly<Record<string, string>> = {
  matches: 'matching units',
  unique: 'unique concepts',
  redundancy: 'redundancy',
};

/** A concept in words. */
export function conceptWords({ concept, category }: ConceptName): string {
  return `${concept} (${category})`;
}

/** A predictor in words. */
export function predictorWords(predictor: string | ConceptName): string {
  if (typeof predictor !== 'string') return `the weight of ${conceptWords(predictor)}`;
  const component = /^pc(\d+)$/u.exec(predictor)?.[1];
  if (component !== undefined) return `component ${component}`;
  const [kind = '', category] = predictor.split(':');
  const words = summaryWords[kind] ?? kind;
  return category === undefined ? `the number of ${words}` : `${words} of concept category ${category}`;
}

/** What a claim says, in a sentence without its full stop. */
export function claimStatement(claim: StatedClaim): string {
  switch (claim.kind) {
    case 'nearer':
      return `${listed(claim.models)} are nearer to each other than either is to ${claim.than === undefined ? 'any other model' : listed(claim.than)}`;
    case 'category':
      return `${listed(claim.models)} form a category of models`;
    case 'categories':
      return claim.number === 1
        ? 'The models form a single category'
        : `The models form ${String(claim.number)} categories`;
    case 'correlates':
      return `Scores on ${claim.with} ${claim.sign === 'positive' ? 'rise' : 'fall'} with ${predictorWords(claim.predictor)}`;
    case 'has':
      return `${claim.model} has the concept ${conceptWords(claim)}, which ${claim.without} lacks`;
    case 'complement':
      return `${listed(claim.models)} complement each other: each has concepts that the other lacks`;
    case 'needs':
      return `${claim.tasks === undefined ? 'Different tasks' : listed(claim.tasks)} need different kinds of concepts`;
  }
}

/** A name for a claim that has none, of letters of any script, digits and `-`. */
export function claimName(claim: StatedClaim): string {
  const parts = (): readonly string[] => {
    switch (claim.kind) {
      case 'nearer':
        return [...claim.models, ...(claim.than === undefined ? [] : ['than', ...claim.than])];
      case 'category':
      case 'complement':
        return claim.models;
      case 'categories':
        return [String(claim.number)];
      case 'correlates':
        return [
          typeof claim.predictor === 'string' ? claim.predictor : claim.predictor.concept,
          claim.with,
          claim.sign === 'positive' ? 'up' : 'down',
        ];
      case 'has':
        return [claim.model, claim.concept, 'not', claim.without];
      case 'needs':
        return claim.tasks ?? [];
    }
  };
  return [claim.kind, ...parts()]
    .join('-')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')
    .slice(0, 80);
}

/**
 * Stated claims with their words: those that they bring, or those that follow from them. Names that follow are told
 * apart by a number where they would be the same.
 *
 * @param stated what is claimed, in order
 * @param source source of those that name none
 */
export function wordClaims(stated: readonly StatedClaim[], source: string): readonly Claim[] {
  const taken = new Set(stated.flatMap(({ claim }) => claim ?? []));
  const free = (name: string, number = 1): string => {
    const tried = number === 1 ? name : `${name}-${String(number)}`;
    return taken.has(tried) ? free(name, number + 1) : tried;
  };
  return stated.map((claim) => {
    const name = claim.claim ?? free(claimName(claim));
    taken.add(name);
    return wordClaim({ ...claim, claim: name }, source);
  });
}

/** A stated claim with its words: those that it brings, or those that follow from it. */
export function wordClaim(claim: StatedClaim, source = ''): Claim {
  return {
    ...claim,
    claim: claim.claim ?? claimName(claim),
    source: claim.source ?? source,
    statement: claim.statement ?? claimStatement(claim),
  };
}
