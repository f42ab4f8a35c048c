import { describe, expect, it } from 'vitest';
import { architectureFacts, checkFacts } from './architecture-facts.ts';

describe('checkFacts', () => {
  it('fills in what has a default, and leaves open what follows from weights', () => {
    expect(Object.fromEntries(checkFacts('resnet', { padding: 'same' }))).toEqual({
      padding: 'same',
      stride: '3x3',
      stemStride: undefined,
      stemPadding: undefined,
      stemPool: undefined,
      shortcut: undefined,
      downsampling: 'stride',
      dilatedStages: 0,
      epsilon: 1e-5,
    });
  });

  it('asks for the heads of a transformer', () => {
    expect(() => checkFacts('vit', {})).toThrow(expect.objectContaining({ code: 'NETWORK_FACT_MISSING' }));
    expect(checkFacts('vit', { heads: 12 }).get('heads')).toBe(12);
  });

  it.each([
    ['resnet', { pading: 'same' }, 'NETWORK_FACT_UNKNOWN', /Did you mean "padding"/u],
    ['alexnet', { epsilon: 1e-5 }, 'NETWORK_FACT_UNKNOWN', /Leave it out/u],
    ['resnet', { padding: 'SAME' }, 'NETWORK_FACT_VALUE', /symmetric, same, same-pool/u],
    ['resnet', { epsilon: 0 }, 'NETWORK_FACT_VALUE', /positive number/u],
    ['resnet', { stemStride: 0 }, 'NETWORK_FACT_VALUE', /positive whole number/u],
    ['resnet', { stemPadding: -1 }, 'NETWORK_FACT_VALUE', /whole number/u],
    ['resnet', { stemPadding: 0.5 }, 'NETWORK_FACT_VALUE', /whole number/u],
    ['resnet', { epsilon: Infinity }, 'NETWORK_FACT_VALUE', /positive number/u],
    ['vit', { heads: 6.5 }, 'NETWORK_FACT_VALUE', /whole number/u],
    ['vit', { heads: '6' }, 'NETWORK_FACT_VALUE', /whole number/u],
    ['vit', { heads: true }, 'NETWORK_FACT_VALUE', /whole number/u],
  ] as const)('refuses %s %o with %s', (architecture, facts, code, message) => {
    expect(() => checkFacts(architecture, facts)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it('says of every fact in one sentence what it is', () => {
    for (const { name, help } of Object.values(architectureFacts).flat())
      expect([name, help]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/u)]);
  });
});
