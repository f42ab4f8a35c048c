import { InputError } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { givenView } from '../fixtures/given-view.ts';
import { checkClaims } from './check-claims.ts';
import { parseClaims } from './read-claims.ts';

const parse = (text: string) => parseClaims('claims.yaml', new TextEncoder().encode(text));
const refused = (text: string): InputError => {
  try {
    parse(text);
  } catch (error) {
    return error as InputError;
  }
  throw new Error('was not refused');
};

describe(parseClaims, () => {
  it('reads every kind, with its words', () => {
    const { claims } = parse(`
source: A paper
claims:
  - { kind: nearer, models: [BYOL, SwAV] }
  - { kind: nearer, models: [BYOL, SwAV], than: [PIRL, MoCoV1], claim: mine, source: Another }
  - { kind: category, models: [BYOL, SwAV, PIRL] }
  - { kind: categories, number: 3 }
  - { kind: correlates, predictor: pc1, with: dt_CIFAR10, sign: negative }
  - { kind: correlates, predictor: 'unique:object', with: s, sign: positive }
  - { kind: correlates, predictor: { concept: dog, category: object }, with: s, sign: positive }
  - { kind: has, model: BYOL, without: SwAV, concept: dog, category: object }
  - { kind: complement, models: [BYOL, SwAV], statement: 'Both are better than one' }
  - { kind: needs }
`);
    expect(claims.map(({ claim, statement }) => [claim, statement])).toEqual([
      ['nearer-byol-swav', 'BYOL and SwAV are nearer to each other than either is to any other model'],
      ['mine', 'BYOL and SwAV are nearer to each other than either is to PIRL and MoCoV1'],
      ['category-byol-swav-pirl', 'BYOL, SwAV and PIRL form a category of models'],
      ['categories-3', 'The models form 3 categories'],
      ['correlates-pc1-dt-cifar10-down', 'Scores on dt_CIFAR10 fall with component 1'],
      ['correlates-unique-object-s-up', 'Scores on s rise with unique concepts of concept category object'],
      ['correlates-dog-s-up', 'Scores on s rise with the weight of dog (object)'],
      ['has-byol-dog-not-swav', 'BYOL has the concept dog (object), which SwAV lacks'],
      ['complement-byol-swav', 'Both are better than one'],
      ['needs', 'Different tasks need different kinds of concepts'],
    ]);
    expect(claims.map(({ source }) => source)).toEqual([
      'A paper',
      'Another',
      ...Array.from({ length: 8 }, () => 'A paper'),
    ]);
  });

  it.each([
    ['claims: []', undefined, 'lists no claims'],
    ['other: 1', undefined, 'lists no claims'],
    ['claims: [{ kind: needs }]\nmore: 1', 2, 'no key "more"'],
    ['source: 3\nclaims: [{ kind: needs }]', 1, 'is no text'],
    ['claims:\n  - needs', 2, 'is no claim'],
    ['claims:\n  - models: [a, b]', 2, 'has no kind'],
    ['claims:\n  - kind: nearest\n    models: [a, b]', 2, 'no kind of claim "nearest"'],
    ['claims:\n  - kind: nearer\n    model: [a, b]', 3, 'has no key "model"'],
    ['claims:\n  - kind: nearer', 2, 'needs the key "models"'],
    ['claims:\n  - kind: nearer\n    models: [a]', 3, 'is ["a"]'],
    ['claims:\n  - kind: nearer\n    models: [a, a]', 3, 'is ["a","a"]'],
    ['claims:\n  - kind: nearer\n    models: [a, b]\n    than: [b]', 4, 'one of the two'],
    ['claims:\n  - kind: category\n    models: [a]', 3, 'is ["a"]'],
    ['claims:\n  - kind: categories\n    number: 1e300', 3, 'is 1e+300'],
    ['claims:\n  - kind: categories\n    number: 2.5', 3, 'is 2.5'],
    ['claims:\n  - kind: correlates\n    predictor: pc1\n    with: s\n    sign: up', 5, 'is "up"'],
    ['claims:\n  - kind: has\n    model: a\n    without: a\n    concept: c\n    category: d', 4, 'the model itself'],
    ['claims:\n  - kind: needs\n    claim: "a b"', 3, 'is no name'],
    ['claims:\n  - { kind: needs, claim: a }\n  - { kind: needs, claim: a }', 3, 'second claim'],
  ])('refuses %j, with the line', (text, line, problem) => {
    const error = refused(text);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'CLAIMS_SHAPE' });
    expect(error.message).toContain(problem);
    expect(error.details.file).toBe('claims.yaml');
    if (line !== undefined) expect(error.details.line).toBe(line);
  });

  it('refuses what is no YAML', () => {
    expect(refused('claims: [')).toMatchObject({ code: 'CLAIMS_SYNTAX' });
  });
});

describe('names of claims', () => {
  it('differ where they follow from names of models that hardly do, in any script', () => {
    const { claims } = parse(`
claims:
  - { kind: nearer, models: [模一, 模二] }
  - { kind: nearer, models: ['a b', 'c'] }
  - { kind: nearer, models: ['a-b', 'c'] }
  - { kind: needs, claim: nearer-a-b-c-2 }
  - { kind: nearer, models: ['a_b', 'C'] }
`);
    expect(claims.map(({ claim }) => claim)).toEqual([
      'nearer-模一-模二',
      'nearer-a-b-c',
      'nearer-a-b-c-3',
      'nearer-a-b-c-2',
      'nearer-a-b-c-4',
    ]);
  });
});

describe(checkClaims, () => {
  const study = givenView({
    places: { BYOL: 0, SwAV: 1, PIRL: 2 },
    counts: { BYOL: [1], SwAV: [0], PIRL: [0] },
    relations: { 'pc1 dt_CIFAR10': { r: 0.5 } },
  });

  it.each([
    ['{ kind: nearer, models: [BYOL, SwaV] }', 'no model "SwaV"', 'SwAV'],
    ['{ kind: nearer, models: [BYOL, Random] }', '"Random" is left out', ''],
    ['{ kind: correlates, predictor: pc9, with: dt_CIFAR10, sign: positive }', 'no property of models "pc9"', 'pc1'],
    [
      '{ kind: correlates, predictor: pc1, with: dt_CIFAR, sign: positive }',
      'no score column "dt_CIFAR"',
      'dt_CIFAR10',
    ],
    ['{ kind: has, model: BYOL, without: SwAV, concept: c9, category: object }', 'no concept "c9 (object)"', 'c0'],
    ['{ kind: needs, tasks: [dt_CIFAR10, x] }', 'no score column "x"', ''],
  ])('refuses %s', (claim, problem, hint) => {
    const read = parse(`claims:\n  - { kind: needs, claim: first }\n  - ${claim}`);
    let error: InputError | undefined;
    try {
      checkClaims(read, study, [...study.models, 'Random']);
    } catch (thrown) {
      error = thrown as InputError;
    }
    expect(error).toMatchObject({ code: 'CLAIM_UNKNOWN' });
    expect(error?.message).toContain(problem);
    expect(error?.details.line).toBe(3);
    expect(error?.details.hint ?? '').toContain(hint);
  });

  it('takes what is there', () => {
    checkClaims(
      parse('claims:\n  - { kind: complement, models: [BYOL, PIRL] }\n  - { kind: categories, number: 3 }'),
      study,
      study.models,
    );
  });
});
