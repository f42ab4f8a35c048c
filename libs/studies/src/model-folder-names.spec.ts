import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkListedNames, checkModelNames, folderNameFault } from './model-folder-names.ts';

describe(folderNameFault, () => {
  it.each(['resnet-50', 'ResNet 50 (R)', 'v1.5', 'SwAV400_2x244', '模型', 'console', 'comet', 'a..b'])(
    'takes %j',
    (name) => {
      expect(folderNameFault(name)).toBeUndefined();
    },
  );

  it.each([
    '.',
    '..',
    '../a',
    'a/b',
    'a\\b',
    '.hidden',
    'a.',
    ' a',
    'a ',
    '\ta',
    'a\nb',
    'a\0b',
    'con',
    'NUL',
    'Com1.onnx',
    'lpt9',
    'a:b',
    'what?',
    'a*',
    '<a>',
    'a|b',
    '"a"',
    'é'.repeat(101),
    '\ud800',
  ])('refuses %j', (name) => {
    expect(folderNameFault(name)).toBeTypeOf('string');
  });

  it('takes no name that leads out of the folder of models, on any system', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('.', '/', '\\', 'a', ':', ' ', '~', '\0', 'C', 'con', 'é'),
          minLength: 1,
          maxLength: 8,
        }),
        (name) => {
          fc.pre(folderNameFault(name) === undefined);
          for (const system of [path.posix, path.win32]) {
            const folder = system.resolve(system === path.posix ? '/out/models' : 'C:\\out\\models');
            expect(system.dirname(system.resolve(folder, name))).toBe(folder);
            expect(system.basename(system.resolve(folder, name))).toBe(name);
          }
        },
      ),
    );
  });
});

describe(checkModelNames, () => {
  it('finds names that share a folder where case or composition of letters does not count', () => {
    const problems = checkModelNames(
      ['ResNet', 'a', 'resnet', 'caf\u00e9', 'cafe\u0301', 'a'].map((name) => ({ name })),
    );
    expect(problems.map(({ path: at }) => at[1])).toEqual([2, 4, 5]);
    expect(problems[0]?.problem).toContain('"ResNet"');
    expect(problems[2]?.problem).toContain('twice');
  });
});

describe(checkListedNames, () => {
  it('looks for the nearest of the first few names alone', () => {
    const findings = checkListedNames(
      Array.from({ length: 12 }, (_, index) => `random${String(index)}`),
      [{ name: 'random' }],
      ['embedding', 'exclude'],
    );
    expect(findings.map(({ hint }) => hint?.startsWith('Did you mean "random"?'))).toEqual([
      ...Array<boolean>(8).fill(true),
      ...Array<boolean>(4).fill(false),
    ]);
  });

  it('names the nearest model', () => {
    expect(
      checkListedNames(['swav', 'random'], [{ name: 'SwAV' }, { name: 'random' }], ['embedding', 'exclude']),
    ).toEqual([
      {
        path: ['embedding', 'exclude', 0],
        problem: 'there is no model "swav" in this study',
        hint: 'Did you mean "SwAV"? Models: SwAV, random.',
      },
    ]);
  });
});
