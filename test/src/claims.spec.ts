import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { bundledStudy } from '@intermodel/data-loading';
import { readArrowFile } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { intermodel, temporaryFolder } from './command-line.ts';
import { smallStudies } from './small-studies.ts';

const at = temporaryFolder();
const rows = (name: string) =>
  (readArrowFile(at(name)).batches[0]?.toArray() ?? []).map((row) => row.toJSON() as Record<string, unknown>);
const { units, scores, families } = bundledStudy('ssl-2022');
const study = [units, '--preset', 'paper-2022', '--scores', scores, '--families', families];

const claims = `
source: Somebody
claims:
  - { kind: nearer, models: [SwAV, DeepClusterV2] }
  - { kind: categories, number: 1 }
  - { kind: correlates, predictor: pc1, with: dt_CIFAR10, sign: negative }
  - { kind: correlates, predictor: pc1, with: dt_CIFAR10, sign: positive }
  - { kind: has, model: BYOL, without: MoCoV1, concept: dog, category: object }
`;

describe('intermodel multiverse', () => {
  it('judges the claims of a file, and writes them with their universes', () => {
    writeFileSync(at('claims.yaml'), claims);
    const told = intermodel([
      'multiverse',
      ...study,
      '--claims',
      at('claims.yaml'),
      '--universes',
      '40',
      '--out',
      at('out'),
    ]);
    expect([told.code, told.stderr.includes('Error')]).toEqual([0, false]);
    expect(told.stdout).toMatch(/claims that hold: \d+, that are undecided: \d+, that fail: \d+/u);
    const judged = rows('out/claims.arrow');
    expect(judged.map(({ claim, source }) => [claim, source])).toEqual([
      ['nearer-swav-deepclusterv2', 'Somebody'],
      ['categories-1', 'Somebody'],
      ['correlates-pc1-dt-cifar10-down', 'Somebody'],
      ['correlates-pc1-dt-cifar10-up', 'Somebody'],
      ['has-byol-dog-not-mocov1', 'Somebody'],
    ]);
    // What the table of relations says, turned by the claimed sign; its negation fails.
    const relation = rows('out/relations.arrow').find(
      ({ predictor, column }) => predictor === 'pc1' && column === 'dt_CIFAR10',
    );
    const [, , down, up] = judged;
    expect(down).toMatchObject({ isSo: true, p: relation?.['p'], q: relation?.['q'] });
    expect(down?.['effect']).toBeCloseTo(-(relation?.['pearson'] as number), 10);
    expect(up).toMatchObject({ isSo: false, verdict: 'fails', universeShare: 0 });
    expect(rows('out/universes.arrow')).toHaveLength(41);
    const effects = rows('out/universe-effects.arrow');
    const own = effects.filter(({ universe }) => universe === 0);
    expect(own.map(({ effect }) => effect)).toEqual(judged.map(({ effect }) => effect));
    // The shares are those of the effects.
    for (const { claim, universes, universeShare } of judged) {
      const asked = effects.filter((row) => row['claim'] === claim && row['universe'] !== 0);
      expect([asked.length, asked.filter(({ isSo }) => isSo).length / asked.length]).toEqual([
        universes,
        universeShare,
      ]);
    }
    const page = readFileSync(at('out/report.html'), 'utf8');
    expect(page).toContain('SwAV and DeepClusterV2 are nearer to each other than either is to any other model');
  });

  it('gives the same bytes again, and whatever the number of universes, the same evidence', () => {
    const run = (out: string, universes: string) =>
      intermodel(['embed', ...study, '--claims', at('claims.yaml'), '--universes', universes, '--out', at(out)]).code;
    expect([run('same', '40'), run('none', '0')]).toEqual([0, 0]);
    for (const name of ['claims', 'universes', 'universe-effects', 'choices'])
      expect(readFileSync(at(`same/${name}.csv`), 'utf8')).toBe(readFileSync(at(`out/${name}.csv`), 'utf8'));
    const evidence = (out: string) =>
      rows(`${out}/claims.arrow`).map(({ claim, effect, low, high, replicateShare, p, q }) => [
        ...[claim, effect, low, high, replicateShare, p, q],
      ]);
    expect(evidence('none')).toEqual(evidence('out'));
    expect(rows('none/claims.arrow').map(({ universes }) => universes)).toEqual([0, 0, 0, 0, 0]);
  });

  it('judges what the study finds itself where nothing is claimed', () => {
    expect(
      intermodel(['multiverse', units, '--preset', 'paper-2022', '--universes', '10', '--out', at('own')]).code,
    ).toBe(0);
    const judged = rows('own/claims.arrow');
    expect(judged.length).toBeGreaterThan(3);
    for (const { kind, isSo, source } of judged) {
      expect(source).toBe('this study');
      if (kind !== 'categories') expect(isSo).toBe(true);
    }
  });

  it.each([
    ['{ kind: nearer, models: [SwaV, BYOL] }', 'CLAIM_UNKNOWN', 'SwAV'],
    ['{ kind: correlates, predictor: pc1, with: dt_CIFAR, sign: positive }', 'CLAIM_UNKNOWN', 'dt_CIFAR10'],
    ['{ kind: nearest }', 'CLAIMS_SHAPE', 'nearer'],
  ])('refuses %s with the line, and writes nothing', (claim, code, hint) => {
    writeFileSync(at('bad.yaml'), `claims:\n  - ${claim}\n`);
    const told = intermodel(['multiverse', ...study, '--claims', at('bad.yaml'), '--out', at('bad')]);
    expect(told.code).toBe(2);
    expect(told.stderr).toContain(code);
    expect(told.stderr).toContain('bad.yaml, line 2');
    expect(told.stderr).toContain(hint);
    expect(told.stderr).not.toMatch(/^\s+at /mu);
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('refuses families and a given score where there are no scores', () => {
    writeFileSync(at('families.csv'), 'model,family\nBYOL,one\n');
    for (const options of [
      ['--families', at('families.csv')],
      ['--given', 'dt_Food'],
    ]) {
      const { code, stderr } = intermodel(['multiverse', units, ...options, '--out', at('unrelated')]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/SCORES_MISSING.*has no effect without scores/u);
    }
    expect(existsSync(at('unrelated'))).toBe(false);
  });
});

describe('claims of a study that dissects', () => {
  const { at, study } = smallStudies();

  it.each([
    ['{ kind: nearer, models: [a, bb] }', {}, /CLAIM_UNKNOWN: .*the study has no model "bb"/u],
    ['{ kind: nearer, models: [a, b] }', { exclude: ['b'] }, /the model "b" is left out of the embedding/u],
  ])('are refused before a model is run: %s', (claim, embedding, problem) => {
    writeFileSync(at('claims.yaml'), `claims:\n  - ${claim}\n`);
    const file = study({ more: { claims: { file: 'claims.yaml' }, embedding } });
    const { code, stderr } = intermodel(['run', file, '--out', at('run')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(problem)]);
    expect(stderr).toContain('claims.yaml, line 2');
    expect(existsSync(at('run', 'models'))).toBe(false);
  });

  it('are not asked above gates that no score reaches', () => {
    const file = study({ more: { claims: { gates: [0.04, 2] } } });
    const { code, stderr } = intermodel(['run', file, '--out', at('run')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/claims\.gates\[1\].*is 2[\s\S]*a number from 0 to 1, as IoU has it/u);
  });
});
