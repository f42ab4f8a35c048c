import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawResNet, prefixed, type PlainWeights } from '@intermodel/testing';
import { InputError } from '@intermodel/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { requireFamily } from './list-families.ts';
import { plainCheckpoint } from './plain-checkpoint-contract.ts';
import { readRecipe } from './read-recipe.ts';
import { recogniseModel } from './recognise-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-recipe-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const file = path.join(folder, 'mine.yaml');

const good = `name: mine
title: My network
source: https://example.org
strip: [encoder]
drop:
  - { names: 'head\\..*', why: projection head }
map:
  - { from: 'stem\\.conv\\.(.*)', to: conv1.$1 }
  - { from: 'stem\\.norm\\.(.*)', to: bn1.$1 }
  - { from: 'stages\\.(\\d)\\.(.*)', to: 'layer\${1+1}.$2' }
architecture: resnet
facts: { padding: same }
input: { preset: zero-one, width: 64, height: 64 }
layer: layer3.0
`;

function refusal(text: string | Buffer): InputError {
  writeFileSync(file, text);
  try {
    readRecipe(file);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('recipes', () => {
  it('make a network of names that no family has', () => {
    writeFileSync(file, good);
    const weights = drawResNet({ width: 2, blocks: [1, 1, 1, 1] });
    const own: PlainWeights = prefixed(
      'encoder.',
      new Map(
        [...weights].map(([name, weight]) => [
          name
            .replace(/^conv1/u, 'stem.conv')
            .replace(/^bn1/u, 'stem.norm')
            .replace(/^layer(\d)/u, (_, stage: string) => `stages.${String(Number(stage) - 1)}`),
          weight,
        ]),
      ),
    );
    const found = recogniseModel(plainCheckpoint(own), { recipe: file });
    expect(found).toMatchObject({
      family: 'mine',
      title: 'My network',
      facts: { padding: 'same' },
      input: { preset: 'zero-one', width: 64, height: 64 },
      layer: 'layer3.0',
      stripped: ['encoder'],
    });
    expect([...found.weights.keys()].sort()).toEqual([...weights.keys()].sort());
  });

  it('have what they do not say from the family that they extend', () => {
    writeFileSync(file, 'name: mine\ntitle: Mine\nextends: byol\nfacts: { padding: symmetric }\n');
    const [mine, byol] = [readRecipe(file), requireFamily('byol')];
    expect(mine).toEqual({
      name: 'mine',
      title: 'Mine',
      extends: 'byol',
      facts: { padding: 'symmetric' },
      ...{ source: byol.source, take: byol.take, known: byol.known, drop: byol.drop, map: byol.map },
      ...{ architecture: 'resnet', input: byol.input, assumes: byol.assumes },
    });
    expect(refusal('name: mine\ntitle: Mine\nextends: bylo\n').message).toContain('Did you mean "byol"');
    expect(refusal('name: mine\ntitle: Mine\nextends: byol\nfacts: { heads: 6 }\n').code).toBe('RECIPE_FACT');
  });

  it.each([
    ['a key that there is not', good.replace('strip:', 'stripp:'), 'RECIPE_SHAPE', 4, 'stripp', 'Did you mean "strip"'],
    ['a missing key', good.replace('title: My network\n', ''), 'RECIPE_SHAPE', 1, undefined, '"title" is missing'],
    ['an architecture', good.replace('resnet', 'resnett'), 'RECIPE_SHAPE', 11, 'architecture', 'Did you mean "resnet"'],
    ['a value', good.replace('[encoder]', 'encoder'), 'RECIPE_SHAPE', 4, 'strip', 'must be array'],
    ['a pattern', good.replace("'head\\..*'", "'head(.*'"), 'RECIPE_PATTERN', 6, 'drop[0].names', 'regular expression'],
    ['a fact', good.replace('padding: same', 'padding: sam'), 'RECIPE_FACT', 12, 'facts.padding', 'cannot be sam'],
    [
      'a fact of another',
      good.replace('padding: same', 'heads: 6'),
      'RECIPE_FACT',
      12,
      'facts.heads',
      'no fact "heads"',
    ],
    [
      'a name in a list',
      good.replace('why: projection head', 'wyh: x'),
      'RECIPE_SHAPE',
      6,
      'drop[0].wyh',
      'Did you mean "why"',
    ],
  ])('are refused with line and key for %s', (_, text, code, line, column, words) => {
    const error = refusal(text);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ file, line, ...(column === undefined ? {} : { column }) });
    expect(error.message).toContain(words);
  });

  it.each([
    ['YAML that is none', 'name: ['],
    ['a key twice', `${good}name: other\n`],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0])],
    ['nesting without end', '['.repeat(20_000)],
    [
      'aliases without end',
      ['a: &a [1, 2]', 'b: &b', 'c: &c', 'd:']
        .map((key, at) => (at === 0 ? key : `${key} [${`*${'abc'.charAt(at - 1)}, `.repeat(8)}]`))
        .join('\n'),
    ],
    ['too many bytes', `# ${'x'.repeat(1_000_001)}`],
  ])('are refused for %s', (_, text) => {
    const error = refusal(text);
    expect(error.code).toMatch(/^RECIPE_SYNTAX$/u);
    expect(error.details.file).toBe(file);
  });

  it('are files that are there', () => {
    expect(() => readRecipe(path.join(folder, 'nowhere.yaml'))).toThrow('there is no such file');
  });

  it('stand alone, or with the name of their own family', () => {
    writeFileSync(file, good);
    expect(() => recogniseModel(plainCheckpoint(drawResNet()), { recipe: file, family: 'dino' })).toThrow(
      'Give `models[].family` or `models[].recipe`',
    );
  });
});
