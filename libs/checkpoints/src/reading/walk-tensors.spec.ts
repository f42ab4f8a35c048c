import { describe, expect, it } from 'vitest';
import type { CheckpointValue } from '../checkpoint.ts';
import type { Tensor } from '../tensor.ts';
import { walkTensors } from './walk-tensors.ts';

const tensor = (size: number): CheckpointValue => ({
  kind: 'tensor',
  tensor: { type: 'uint8', shape: [size], span: undefined, read: () => new Uint8Array(size) } satisfies Tensor,
});
const dictionary = (entries: Record<string, CheckpointValue>): CheckpointValue => ({
  kind: 'dictionary',
  entries: new Map(Object.entries(entries)),
});
const list = (...items: CheckpointValue[]): CheckpointValue => ({ kind: 'list', items });
const found = (value: CheckpointValue) =>
  [...walkTensors(value)].map(([names, { shape }]) => [names.join('/'), shape[0]]);

describe('walkTensors', () => {
  it('gives tensors in the order of the file, with the names on the way to them', () => {
    const value = dictionary({
      model: dictionary({ b: tensor(1), a: list(tensor(2), { kind: 'plain', value: 3 }, tensor(3)) }),
      odd: {
        kind: 'placeholder',
        global: 'a.B',
        parts: [{ kind: 'plain', value: null }, dictionary({ w: tensor(4) })],
      },
      last: tensor(5),
    });
    expect(found(value)).toEqual([
      ['model/b', 1],
      ['model/a/0', 2],
      ['model/a/2', 3],
      ['odd/1/w', 4],
      ['last', 5],
    ]);
  });

  it('gives a tensor that is all there is', () => {
    expect(found(tensor(7))).toEqual([['', 7]]);
    expect(found({ kind: 'plain', value: 'x' })).toEqual([]);
  });

  it('gives what is shared under each of its names, and follows no circle', () => {
    const shared = dictionary({ w: tensor(1) });
    const circle = new Map<string, CheckpointValue>([
      ['model', shared],
      ['ema', shared],
    ]);
    const root: CheckpointValue = { kind: 'dictionary', entries: circle };
    circle.set('self', list(root, tensor(2)));
    expect(found(root)).toEqual([
      ['model/w', 1],
      ['ema/w', 1],
      ['self/1', 2],
    ]);
  });
});
