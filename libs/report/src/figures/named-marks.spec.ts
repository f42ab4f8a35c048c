import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyLines, nameMarks, namesKept } from './named-marks.ts';

const space = { bounds: [0, 0, 120, 60], fontSize: 12, radius: 5 } as const;

describe(nameMarks, () => {
  it('leaves names beside their marks where there is room', () => {
    const { names, key } = nameMarks([{ text: 'a', x: 20, y: 20 }], space);
    expect([names[0]?.text, key]).toEqual(['a', []]);
  });

  it('names every mark, by a number of the key where there is no room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.nat(120), y: fc.nat(60), length: fc.nat(18) }), { minLength: 1, maxLength: 14 }),
        (drawn) => {
          const marks = drawn.map(({ x, y, length }, index) => ({
            text: `m${String(index)}${'o'.repeat(length)}`,
            x,
            y,
          }));
          const { names, key } = nameMarks(marks, space);
          const explained = new Map(key.map((entry) => [entry.split(' ')[0], entry.split(' ')[1]]));
          names.forEach((name, index) => {
            const text = name?.text ?? '';
            expect(explained.get(text) ?? text).toBe(marks[index]?.text);
          });
          expect([...explained.keys()]).toEqual(key.map((_, index) => String(index + 1)));
        },
      ),
    );
  });

  it('leaves names out only beyond what a key can hold', () => {
    const marks = Array.from({ length: namesKept + 1 }, (_, index) => ({
      text: `model ${String(index)}`,
      x: 60,
      y: 30,
    }));
    expect(nameMarks(marks, space).key).toEqual([]);
    expect(nameMarks(marks.slice(1), space).names).not.toContain(undefined);
  });
});

describe(keyLines, () => {
  it('breaks lines at the width', () => {
    const { drawing, height } = keyLines(['1 first', '2 second', '3 third'], [10, 100, 130]);
    expect([...drawing.toString().matchAll(/>([^<]+)</gu)].map(([, text]) => text)).toEqual([
      '1 first   2 second',
      '3 third',
    ]);
    expect(height).toBe(34);
    expect(keyLines([], [0, 0, 10]).height).toBe(0);
  });
});
