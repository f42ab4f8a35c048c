import { describe, expect, it } from 'vitest';
import { readLayer, type LayerFacts } from './layer-facts.ts';

const tokens: LayerFacts = {
  name: 't',
  kind: 'tokens',
  layout: 'tokens',
  layoutFound: true,
  height: 4,
  width: 8,
  prefixTokens: 1,
  guessed: false,
};
const map: LayerFacts = { ...tokens, kind: 'map', layout: 'NHWC', prefixTokens: 0 };
const read = (facts: LayerFacts | undefined, declared: Parameters<typeof readLayer>[0]['tokens'] = {}) =>
  readLayer({ file: 'm.onnx', tokens: declared }, 't', facts);

describe(readLayer, () => {
  it('takes the grid that the model tells', () => {
    expect(read(tokens)).toEqual({ reading: { tokens: { prefix: 1, width: 8, height: 4 } }, warning: undefined });
    expect(read(tokens, { prefix: 1 })).toEqual({
      reading: { tokens: { prefix: 1, width: 8, height: 4 } },
      warning: undefined,
    });
  });

  it('leaves what is declared as it is where it agrees, or the model tells nothing', () => {
    const grid = { width: 16, height: 2 };
    expect(read(tokens, grid)).toEqual({ reading: { tokens: grid }, warning: undefined });
    expect(read(undefined, grid)).toEqual({ reading: { tokens: grid }, warning: undefined });
    expect(read({ ...tokens, guessed: true }, { prefix: 3 })).toEqual({
      reading: { tokens: { prefix: 3 } },
      warning: undefined,
    });
  });

  it.each([{ prefix: 0 }, { prefix: 8 }, { width: 5, height: 5 }, { prefix: 1, width: 5, height: 5 }])(
    'refuses %j where the model tells otherwise',
    (declared) => {
      expect(() => read(tokens, declared)).toThrow(
        expect.objectContaining({
          code: 'TOKEN_GRID',
          details: expect.objectContaining({ file: 'm.onnx', column: 't' }) as unknown,
        }),
      );
    },
  );

  it('warns where the grid is guessed', () => {
    expect(read({ ...tokens, guessed: true })).toEqual({
      reading: {},
      warning: expect.stringContaining('guessed') as string,
    });
  });

  it('tells the order of the axes only where a session would not find it', () => {
    expect(read(map)).toEqual({ reading: {}, warning: undefined });
    expect(read({ ...map, layoutFound: false })).toEqual({ reading: { layout: 'NHWC' }, warning: undefined });
  });
});
