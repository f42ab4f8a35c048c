import { InputError } from '@intermodel/errors';
import { describe, expect, it } from 'vitest';
import type { FlagContent } from './flags-to-content.ts';
import { studyOfFlags } from './study-of-flags.ts';

const models = [{ name: 'a', file: '/nowhere/a.onnx' }];
const refusal = (content: FlagContent, set: readonly string[] = []) => {
  try {
    studyOfFlags(content, { set });
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('was made');
};

describe(studyOfFlags, () => {
  it('names the options whose paths are wrong, and no study file', () => {
    const data = { images: '/nowhere/photos', labels: '/nowhere/masks', labelNames: '/nowhere/labels.csv' };
    const { code, message } = refusal({ data, models });
    expect(code).toBe('OPTION_VALUE');
    expect(message).toMatch(/^`data\.images`: there is no folder "\/nowhere\/photos"/u);
    for (const option of ['data.labels', 'data.labelNames', 'models[0].file'])
      expect(message).toContain(`also \`${option}\`: there is no`);
    expect(message).not.toContain('column');
  });

  it('names the options that are missing, and settings as they were written', () => {
    expect(refusal({ data: { images: '/nowhere/photos' }, models }).message).toMatch(
      /^`data\.labels` is missing\n {2}expected: `data\.images`, [\s\S]*or `data\.root`\n {2}what to do: Add `data\.labels`\./u,
    );
    expect(refusal({ models }, ['seed=-1']).message).toMatch(/^`set: seed`: is -1/u);
  });

  it.each([
    [{ widht: 3 }, /^`models\[0\]\.input`: there is no key "widht"\n/u],
    [{ width: 'x' }, /^`models\[0\]\.input\.width`: is "x"\n/u],
    [{ channels: 'rbg' }, /^`models\[0\]\.input\.channels`: "rbg" is not known here\n/u],
    ['imagnet', /^`models\[0\]\.input`: "imagnet" is not known here\n/u],
  ])('tells once what one flag gives all models: %o', (input, text) => {
    const { message } = refusal({
      models: ['a', 'b', 'c'].map((name) => ({ name, file: `${name}.onnx`, input: input as never })),
    });
    expect(message).toMatch(text);
    expect(message.match(/models\[/gu)).toHaveLength(1);
  });

  it('names the option that a format has not, and those that it has', () => {
    const data = { images: 'photos', labels: 'masks', labelNames: 'labels.csv', crowd: 'keep' } as const;
    expect(refusal({ data, models }).message).toMatch(
      /^`data\.crowd`: the format "plain" has no option "crowd"\n.*`data\.ignore`, `data\.reducedZero`/u,
    );
  });

  it('makes a study', () => {
    const data = { images: '/photos', labels: '/masks', labelNames: '/labels.csv' };
    expect(studyOfFlags({ data, models, seed: 3 }, { checkFiles: false })).toMatchObject({ seed: 3 });
  });
});
