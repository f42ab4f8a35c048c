import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLabelNames } from './read-label-names.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'names-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const written = (text: string) => {
  const file = path.join(folder, 'labels.csv');
  writeFileSync(file, text);
  return file;
};

describe(readLabelNames, () => {
  it('reads names by number, in any column order, quoted, with CR LF and a byte-order mark', async () => {
    const file = written('\uFEFFname,colour,number,category\r\n"tree, big",green,7,object\r\nsky,,2,\r\n');
    await expect(readLabelNames(file, { ignore: 255 })).resolves.toEqual({
      concepts: [
        { number: 2, name: 'sky', category: 'object' },
        { number: 7, name: 'tree, big', category: 'object' },
      ],
      ignore: 255,
    });
  });

  it('lets one name stand in two categories', async () => {
    const { concepts } = await readLabelNames(written('number,name,category\n1,wood,object\n2,wood,material\n'));
    expect(concepts).toHaveLength(2);
  });

  it.each([
    ['number,label,category\n1,sky,object\n', /labels\.csv, line 1: there is no column "name"/u],
    ['Number,name,category\n1,sky,object\n', /there is no column "number"[\s\S]*Did you mean "Number"/u],
    [
      'number,name,category\n1,sky,object\nx,sea,object\n',
      /labels\.csv, line 3, column "number": "x" is not a whole number/u,
    ],
    ['number,name,category\n0,sky,object\n', /line 2, column "number": number 0 means "unlabelled"/u],
    ['number,name,category\n65536,sky,object\n', /line 2, column "number": 65536 is no label number/u],
    [
      'number,name,category\n1,sky,object\n1,sea,object\n',
      /line 3, column "number": number 1 is given twice: "sky" \(line 2\) and "sea"/u,
    ],
    [
      'number,name,category\n1,sky,object\n2,sky,object\n',
      /line 3, column "name": "sky" of category "object" is given twice \(line 2\)/u,
    ],
    ['number,name,category\n1,,object\n', /number 1 has no name/u],
    ['number,name,category\n255,void,object\n', /number 255 \("void"\) is also the number to ignore/u],
    ['number,name,category\n1,sky\n', /line 2: a row has another number of cells/u],
    ['', /the table is empty/u],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(readLabelNames(written(text), { ignore: 255 })).rejects.toThrow(message);
  });
});
