import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unitMatchSchema } from '@intermodel/schemas';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  batchCsvColumns,
  buildBatch,
  checkOutputApart,
  checkOutputOutside,
  csvText,
  emptyBatch,
  isArrowFile,
  MachineError,
  makeFolder,
  readArrowFile,
  readInputFile,
  spreadsheetCsv,
  stageFolder,
  writeArrowFile,
  writeFileAtomically,
} from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streams-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(folder, ...parts);

const batch = buildBatch(unitMatchSchema, {
  model: ['a', 'b'],
  layer: ['', ''],
  unit: [0, 1],
  concept: ['x,y', '"q"'],
  category: ['object', 'part'],
  iou: [0.1, Number.NaN],
});

describe('files', () => {
  it('writes and reads Arrow files, empty ones too', () => {
    writeArrowFile(at('a.arrow'), unitMatchSchema, [batch, batch]);
    const { batches } = readArrowFile(at('a.arrow'));
    expect(batches.map(({ numRows }) => numRows)).toEqual([2, 2]);
    writeArrowFile(at('e.arrow'), unitMatchSchema, [emptyBatch(unitMatchSchema)]);
    expect(readArrowFile(at('e.arrow')).schema.names).toEqual(unitMatchSchema.names);
    expect(isArrowFile(at('a.arrow'))).toBe(true);
  });

  it('says which file is missing, a folder, or cut short', () => {
    expect(() => readInputFile(at('none.csv'))).toThrow(/none\.csv: there is no such file/u);
    expect(() => readInputFile(folder)).toThrow(/is a folder/u);
    writeArrowFile(at('a.arrow'), unitMatchSchema, [batch]);
    writeFileSync(at('cut.arrow'), readFileSync(at('a.arrow')).subarray(0, 200));
    expect(() => readArrowFile(at('cut.arrow'))).toThrow(/cut\.arrow: is not a whole Arrow IPC file/u);
  });

  it('leaves nothing behind when a file cannot be written', () => {
    writeFileSync(at('file'), '');
    expect(() => {
      writeFileAtomically(at('file', 'below'), 'x');
    }).toThrow(MachineError);
    expect(() => {
      writeFileAtomically(
        at('half'),
        (function* () {
          yield Buffer.from('half');
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        })(),
      );
    }).toThrow(/the disk is full[\s\S]*Free some space/u);
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

const manifest = (run: string) => JSON.stringify({ program: 'intermodel 0', run });

describe(stageFolder, () => {
  it('shows the folder whole, replaces an earlier run, and keeps it when discarded', () => {
    const first = stageFolder(at('out'));
    writeFileSync(path.join(first.path, 'manifest.json'), manifest('1'));
    expect(existsSync(at('out'))).toBe(false);
    first.commit();
    const second = stageFolder(at('out'));
    writeFileSync(path.join(second.path, 'manifest.json'), manifest('2'));
    second.discard();
    expect(readFileSync(at('out', 'manifest.json'), 'utf8')).toBe(manifest('1'));
    const third = stageFolder(at('out'));
    writeFileSync(path.join(third.path, 'manifest.json'), manifest('3'));
    third.commit();
    expect(readFileSync(at('out', 'manifest.json'), 'utf8')).toBe(manifest('3'));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('refuses a folder with files of somebody else, and a file', () => {
    mkdirSync(at('photos'));
    writeFileSync(at('photos', 'a.jpg'), '');
    expect(() => stageFolder(at('photos'))).toThrow(/not the output of a run/u);
    // Where it is known what runs write, files of other names are in nobody's way.
    const beside = stageFolder(at('photos'), new Set(['manifest.json']));
    writeFileSync(path.join(beside.path, 'manifest.json'), '{}');
    beside.commit();
    expect(readdirSync(at('photos')).sort()).toEqual(['a.jpg', 'manifest.json']);
    rmSync(at('photos', 'manifest.json'));
    expect(() => stageFolder(at('photos', 'a.jpg'))).toThrow(/is a file/u);
    writeFileSync(at('photos', 'manifest.json'), '{"name":"a web app"}');
    expect(() => stageFolder(at('photos'))).toThrow(/not the output of a run/u);
  });

  it('refuses outputs within folders that are read, by links too', () => {
    mkdirSync(at('photos'));
    symlinkSync(at('photos'), at('linked'));
    for (const out of [at('photos'), at('photos', 'new', 'out'), at('linked', 'out')])
      expect(() => {
        checkOutputOutside(out, [at('photos')]);
      }, out).toThrow(expect.objectContaining({ code: 'OUTPUT_HOLDS_INPUT' }));
    expect(() => {
      checkOutputOutside(at('photos-out'), [at('photos'), at('missing')]);
    }).not.toThrow();
  });

  it('tells outputs apart from the inputs that they would replace', () => {
    expect(() => {
      checkOutputApart(at('out'), [at('in.csv'), at('out', 'models', 'units.csv')]);
    }).toThrow(/holds what this run reads/u);
    expect(() => {
      checkOutputApart(at('out'), [at('out')]);
    }).toThrow(/Give another `out`/u);
    expect(() => {
      checkOutputApart(at('out'), [at('output.csv')]);
    }).not.toThrow();
  });
});

describe(csvText, () => {
  it('quotes what needs quotes and leaves undefined cells empty', () => {
    expect(csvText(batchCsvColumns(batch), batch.numRows)).toBe(
      'model,layer,unit,concept,category,iou\na,,0,"x,y",object,0.1\nb,,1,"""q""",part,\n',
    );
  });
});

describe(spreadsheetCsv, () => {
  it('puts an apostrophe before what a spreadsheet would compute, and leaves numbers and all else', () => {
    const columns = ['=1+1', '+x', '-', '-x', '@x', '\tx', '=a,b', '="q"', "'=x", 'a=b', '', 'x\n=y'].map((value) => ({
      name: '=head',
      cell: () => value,
    }));
    const numbers = [-1, -1.5e-7, -2e21, 3, Number.NaN, true].map((value) => ({ name: 'n', cell: () => value }));
    expect(spreadsheetCsv(csvText(columns, 1)).split('\n').slice(1).join('\n')).toBe(
      `'=1+1,'+x,'-,'-x,'@x,'\tx,"'=a,b","'=""q""",'=x,a=b,,"x\n=y"\n`,
    );
    expect(spreadsheetCsv(csvText(columns, 1)).split('\n')[0]).toBe(columns.map(() => "'=head").join(','));
    expect(spreadsheetCsv(csvText(numbers, 1))).toBe(csvText(numbers, 1));
  });

  it('changes nothing but these cells, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            fc.oneof(fc.string({ unit: fc.constantFrom('=', '-', 'a', ',', '"', '\n', '\r', '@', '1') }), fc.double()),
            { minLength: 3, maxLength: 3 },
          ),
        ),
        (rows) => {
          const columns = [0, 1, 2].map((index) => ({
            name: `c${String(index)}`,
            cell: (row: number) => rows[row]?.[index],
          }));
          const expected = columns.map(({ name, cell }) => ({
            name,
            cell: (row: number) => {
              const value = cell(row);
              return typeof value === 'string' && /^[=+\-@\t\r]/u.test(value) && !/^-\d+$/u.test(value)
                ? `'${value}`
                : value;
            },
          }));
          expect(spreadsheetCsv(csvText(columns, rows.length))).toBe(csvText(expected, rows.length));
        },
      ),
    );
  });
});

describe(makeFolder, () => {
  it.skipIf(!existsSync('/proc/self'))(
    'refuses a folder where the system makes none, instead of trying for ever',
    () => {
      expect(() => {
        makeFolder('/proc/no-such-folder/within');
      }).toThrow('no-such-folder');
      expect(() => {
        writeFileAtomically('/proc/no-such-folder/file.txt', 'text');
      }).toThrow(expect.objectContaining({ code: 'WRITE_FAILED' }));
    },
  );
});
