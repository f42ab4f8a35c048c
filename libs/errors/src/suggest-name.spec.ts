import { describe, expect, it } from 'vitest';
import { suggestName } from './index.ts';

describe(suggestName, () => {
  it('names the nearest candidate, or only lists them', () => {
    expect(suggestName('IUO', ['model', 'iou'])).toBe('Did you mean "iou"? Choices: model, iou.');
    expect(suggestName('zzzzzz', ['model', 'iou'])).toBe('Choices: model, iou.');
    expect(suggestName('x', [])).toBe('Choices: .');
  });
});
