import { describe, expect, it } from 'vitest';
import { distinctFileNames } from './index.ts';

describe(distinctFileNames, () => {
  it('takes as many folders as tell files apart, and no more', () => {
    expect(distinctFileNames(['/x/a.csv', '/y/b.csv'])).toEqual(['a', 'b']);
    expect(distinctFileNames(['/x/a/tally.csv', '/x/b/tally.csv', '/x/c.csv'])).toEqual(['a-tally', 'b-tally', 'c']);
    expect(distinctFileNames(['/1/a/t.csv', '/2/a/t.csv', '/2/b/t.csv'])).toEqual(['1-a-t', '2-a-t', 'b-t']);
    expect(distinctFileNames(['/x/A.csv', '/y/a.arrow'])).toEqual(['x-A', 'y-a']);
  });

  it('keeps names that were given, and cuts off the ending that is named', () => {
    expect(distinctFileNames(['/x/a.onnx', '/y/a.onnx'], ['a'], /\.onnx$/iu)).toEqual(['a', 'y-a']);
    expect(distinctFileNames(['/x/a.v1.5'], [], /\.onnx$/iu)).toEqual(['a.v1.5']);
  });

  it('ends where nothing tells files apart', () => {
    expect(distinctFileNames(['/x/a.csv', '/x/a.csv'])).toEqual(['x-a', 'x-a']);
  });
});
