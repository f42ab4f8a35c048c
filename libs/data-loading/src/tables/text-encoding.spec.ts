import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { InputError } from '@intermodel/streams';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsvRows } from './csv-table.ts';
import { checkTextEncoding, readTextAsUtf8, readTextLines, type TextEncoding } from './text-encoding.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'encodings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const encoders = {
  'utf-8': (text: string) => Buffer.from(text, 'utf8'),
  'utf-16le': (text: string) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text: string) => swapped(Buffer.from(text, 'utf16le')),
  'latin-1': (text: string) => Buffer.from(text, 'latin1'),
} as const satisfies Record<TextEncoding, (text: string) => Buffer>;
const marks = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] } as const;

async function decode(bytes: Buffer, encoding?: TextEncoding, chunk = 65_536): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  );
  const read: Buffer[] = [];
  for await (const piece of readTextAsUtf8('some.csv', Readable.from(chunks), encoding)) read.push(piece);
  return Buffer.concat(read).toString('utf8');
}

async function problem(work: Promise<unknown>): Promise<InputError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe(readTextAsUtf8, () => {
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('a', ',', '\n', '\r', 'é', '€', '😀', '\u{10FFFF}', '한'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    })
    .map((value) => value.replaceAll('\0', ''));

  it('reads text of any encoding however it is cut, with a mark or by name', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
        fc.integer({ min: 1, max: 7 }),
        async (value, encoding, chunk) => {
          const bytes = encoders[encoding](value);
          // A mark at the beginning of the text itself is one.
          fc.pre(!value.startsWith('\uFEFF'));
          expect(await decode(bytes, encoding, chunk)).toBe(value);
          expect(await decode(Buffer.concat([Buffer.from(marks[encoding]), bytes]), undefined, chunk)).toBe(value);
          expect(await decode(Buffer.concat([Buffer.from(marks[encoding]), bytes]), 'latin-1', chunk)).toBe(value);
        },
      ),
    );
  });

  it('reads Latin-1 with the signs of Windows where it is named', async () => {
    expect(await decode(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x80, 0x93]), 'latin-1', 2)).toBe('café€“');
  });

  it('names the line of bytes that are no text', async () => {
    const bads = fc.constantFrom([0xff], [0xe9, 0x61], [0xc0, 0xaf], [0xed, 0xa0, 0x80]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'é', '😀', '\n'), { maxLength: 40 }),
        fc.nat(40),
        bads,
        fc.integer({ min: 1, max: 9 }),
        async (characters, at, bad, chunk) => {
          const before = characters.slice(0, at).join('');
          const after = characters.slice(at).join('');
          const bytes = Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]);
          fc.pre(!(bytes[0] === 0xff && bytes[1] === 0xfe));
          const error = await problem(decode(bytes, undefined, chunk));
          expect([error.code, error.details.file, error.details.line]).toEqual([
            'TEXT_ENCODING',
            'some.csv',
            before.split('\n').length,
          ]);
          expect(error.message).toContain('its `encoding`: ');
        },
      ),
    );
  });

  it.each([
    ['text cut within a character', encoders['utf-8']('a\nbé').subarray(0, -1), undefined, 2, /0xc3/u],
    ['a letter of Latin-1', Buffer.from('model\ncaf\u00e9,1\n', 'latin1'), undefined, 2, /the byte 0xe9/u],
    [
      'an odd number of bytes in UTF-16',
      Buffer.concat([encoders['utf-16le']('a\n'), Buffer.from([0x61])]),
      'utf-16le',
      2,
      /no utf-16le text/u,
    ],
    [
      'half a pair in UTF-16',
      Buffer.concat([encoders['utf-16be']('a\nb'), Buffer.from([0xd8, 0x00])]),
      'utf-16be',
      2,
      /no utf-16be text/u,
    ],
    ['UTF-16 without a mark', encoders['utf-16le']('model,unit\n'), undefined, 1, /seems to be in utf-16le/u],
    [
      'UTF-16 of the other order without a mark',
      encoders['utf-16be']('model,unit\n'),
      undefined,
      1,
      /seems to be in utf-16be/u,
    ],
  ] as const)('refuses %s', async (_case, bytes, encoding, line, message) => {
    const error = await problem(decode(bytes, encoding));
    expect([error.code, error.details.line, error.message]).toEqual([
      'TEXT_ENCODING',
      line,
      expect.stringMatching(message),
    ]);
  });

  it('gives nothing for an empty file, and for one with a mark alone', async () => {
    expect(await decode(Buffer.alloc(0))).toBe('');
    expect(await decode(Buffer.from(marks['utf-8']), undefined, 1)).toBe('');
    expect(await decode(Buffer.from(marks['utf-16le']), undefined, 1)).toBe('');
  });
});

describe(readTextLines, () => {
  it('reads lines of a marked file', async () => {
    const file = path.join(folder, 'names.txt');
    writeFileSync(file, Buffer.concat([Buffer.from(marks['utf-16le']), encoders['utf-16le']('one\r\ntwo é')]));
    expect(await readTextLines(file)).toEqual(['one', 'two é']);
  });
});

describe(readCsvRows, () => {
  const rowsOf = async (bytes: Buffer, encoding?: TextEncoding) => {
    const file = path.join(folder, 'table.csv');
    writeFileSync(file, bytes);
    const rows: (readonly string[])[] = [];
    for await (const { cells } of readCsvRows(file, encoding === undefined ? {} : { encoding })) rows.push(cells);
    return rows;
  };
  const table = 'model,concept\nm,"Stuhl, grün"\n';
  const expected = [
    ['model', 'concept'],
    ['m', 'Stuhl, grün'],
  ];

  it('reads the same rows in every encoding', async () => {
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'latin-1'] as const)
      expect(await rowsOf(encoders[encoding](table), encoding)).toEqual(expected);
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const)
      expect(await rowsOf(Buffer.concat([Buffer.from(marks[encoding]), encoders[encoding](table)]))).toEqual(expected);
  });

  it('says where a table is not UTF-8 instead of replacing what it cannot read', async () => {
    const error = await problem(rowsOf(encoders['latin-1'](table)));
    expect([error.code, path.basename(error.details.file ?? ''), error.details.line]).toEqual([
      'TEXT_ENCODING',
      'table.csv',
      2,
    ]);
  });

  it('counts lines where cells hold some and where lines are empty, with LF and with CR LF', async () => {
    for (const end of ['\n', '\r\n']) {
      const file = path.join(folder, 'lines.csv');
      writeFileSync(file, ['a,b', '', '1,"two', 'lines"', '', '', '3,4', '5'].join(end));
      const lines: number[] = [];
      const error = await problem(
        (async () => {
          for await (const { line } of readCsvRows(file)) lines.push(line);
        })(),
      );
      expect(lines).toEqual([1, 4, 7]);
      expect([error.code, error.details.line]).toEqual(['CSV_BROKEN', 8]);
    }
  });

  it('gives up on a row that does not end', async () => {
    const error = await problem(rowsOf(Buffer.from(`model,concept\nm,"${'x'.repeat((1 << 24) + 70_000)}`)));
    expect([error.code, error.message]).toEqual(['CSV_BROKEN', expect.stringMatching(/does not end/u)]);
  });
});

describe(checkTextEncoding, () => {
  it('lists the encodings for an unknown one', () => {
    expect(checkTextEncoding('latin-1')).toBe('latin-1');
    expect(() => checkTextEncoding('latin1')).toThrow(
      /Did you mean "latin-1"\? Choices: utf-8, utf-16le, utf-16be, latin-1/u,
    );
  });
});
