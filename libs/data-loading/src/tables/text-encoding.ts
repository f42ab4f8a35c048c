import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { InputError, readInputFile, suggestName } from '@intermodel/streams';

/** Encodings of text files that bear no byte-order mark. */
export const textEncodings = {
  'utf-8': 'Unicode in bytes, of which ASCII is a part',
  'utf-16le': 'Unicode in pairs of bytes, the low one first, as Windows writes it',
  'utf-16be': 'Unicode in pairs of bytes, the high one first',
  'latin-1': 'Western European in single bytes, with the signs that Windows adds to ISO 8859-1 (code page 1252)',
} as const;

/** Name of an encoding. */
export type TextEncoding = keyof typeof textEncodings;

/** Checks the name of an encoding. @throws InputError `ENCODING_UNKNOWN` that lists the encodings. */
export function checkTextEncoding(name: string): TextEncoding {
  if (Object.hasOwn(textEncodings, name)) return name as TextEncoding;
  throw new InputError('ENCODING_UNKNOWN', `there is no encoding "${name}"`, {
    hint: suggestName(name, Object.keys(textEncodings)),
  });
}

/** Bytes of the longest byte-order mark. */
const markBytes = 3;

/** What the bytes 0x80 to 0x9f stand for in code page 1252; Node's own decoder takes them for control characters. */
const windowsSigns = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Turns the bytes of a text file into UTF-8 without a byte-order mark, chunk by chunk. A mark of UTF-8 or UTF-16 tells
 * the encoding; without one it is `encoding`. Nothing is replaced: bytes that are no text end the reading.
 *
 * @throws InputError `TEXT_ENCODING` with file and line.
 */
export async function* readTextAsUtf8(
  file: string,
  chunks: AsyncIterable<Buffer>,
  encoding: TextEncoding = 'utf-8',
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let decoder: ChunkDecoder | undefined;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = Buffer.alloc(0);
    if (decoder === undefined && bytes.length < markBytes) {
      rest = bytes;
      continue;
    }
    const mark: number = decoder === undefined ? byteOrderMark(bytes).length : 0;
    decoder ??= new ChunkDecoder(file, byteOrderMark(bytes).encoding ?? encoding);
    const whole = decoder.wholeCharacters(bytes);
    const text = decoder.decode(bytes.subarray(mark, whole));
    if (text.length > 0) yield text;
    rest = bytes.subarray(whole);
  }
  if (rest.length === 0) return;
  const { length, encoding: marked } = decoder === undefined ? byteOrderMark(rest) : { length: 0, encoding: undefined };
  const text = (decoder ?? new ChunkDecoder(file, marked ?? encoding)).decode(rest.subarray(length));
  if (text.length > 0) yield text;
}

/** Lines of a small text file. @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `TEXT_ENCODING`. */
export async function readTextLines(file: string, encoding?: TextEncoding): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of readTextAsUtf8(file, Readable.from([readInputFile(file)]), encoding)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/u);
}

/** The encoding that the first bytes of a file name, and how many bytes they take. */
function byteOrderMark(bytes: Buffer): { readonly encoding: TextEncoding | undefined; readonly length: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return { encoding: undefined, length: 0 };
}

/** Decodes the chunks of one file, and counts lines so that it can say where its bytes are no text. */
class ChunkDecoder {
  readonly #file: string;
  readonly #encoding: TextEncoding;
  #line = 1;

  constructor(file: string, encoding: TextEncoding) {
    this.#file = file;
    this.#encoding = encoding;
  }

  /** How many of the bytes are whole characters: what begins at the end goes with the next chunk. */
  wholeCharacters(bytes: Buffer): number {
    const end = bytes.length;
    if (this.#encoding === 'latin-1') return end;
    if (this.#encoding === 'utf-8') {
      for (let back = 1; back <= Math.min(3, end); back++) {
        const byte = bytes[end - back] as number;
        if (byte < 0x80) return end;
        if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? end - back : end;
      }
      return end;
    }
    const even = end - (end % 2);
    const high = even < 2 ? 0 : (bytes[even - (this.#encoding === 'utf-16le' ? 1 : 2)] as number);
    return high >= 0xd8 && high < 0xdc ? even - 2 : even;
  }

  /** UTF-8 of bytes that are whole characters. */
  decode(bytes: Buffer): Buffer {
    const utf8 = this.#encoding === 'utf-8' ? bytes : this.#toUtf8(bytes);
    if (utf8 === undefined || !isUtf8(utf8) || utf8.includes(0)) throw this.#notText(bytes);
    this.#line += countLines(utf8);
    return utf8;
  }

  #toUtf8(bytes: Buffer): Buffer | undefined {
    if (this.#encoding === 'latin-1')
      return Buffer.from(
        bytes
          .toString('latin1')
          .replaceAll(/[\u0080-\u009f]/gu, (sign) => windowsSigns[sign.charCodeAt(0) - 0x80] ?? sign),
        'utf8',
      );
    try {
      return Buffer.from(this.#decoder().decode(bytes), 'utf8');
    } catch {
      return undefined;
    }
  }

  #decoder(): TextDecoder {
    return new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true });
  }

  #notText(bytes: Buffer): InputError {
    const valid = this.#validBytes(bytes);
    const before =
      this.#encoding === 'latin-1'
        ? bytes.toString('latin1', 0, valid)
        : this.#decoder().decode(bytes.subarray(0, valid), { stream: true });
    const found =
      bytes[valid] === 0 || this.#encoding.startsWith('utf-16')
        ? `bytes that are no ${this.#encoding} text`
        : `the byte 0x${(bytes[valid] ?? 0).toString(16)}, which is no ${this.#encoding} text here`;
    return new InputError('TEXT_ENCODING', `the line has ${found}`, {
      file: this.#file,
      line: this.#line + countLines(Buffer.from(before, 'utf8')),
      expected: `text in ${this.#encoding}, or with a byte-order mark of UTF-8 or UTF-16`,
      hint: `${bytes[valid] === 0 ? `The file seems to be in ${valid % 2 === 1 ? 'utf-16le' : 'utf-16be'}, or is not text at all; name` : 'Save the file as UTF-8, or name'} its \`encoding\`: ${Object.keys(textEncodings).join(', ')}.`,
    });
  }

  /** Bytes before the first one that is no text, by halving: the text up to it is decoded anew each time. */
  #validBytes(bytes: Buffer): number {
    const nul = this.#encoding.startsWith('utf-16') ? bytes.length : bytes.indexOf(0);
    if (this.#encoding === 'latin-1') return Math.max(0, nul);
    let [valid, invalid] = [0, nul < 0 ? bytes.length : nul];
    while (valid < invalid) {
      const middle = Math.ceil((valid + invalid) / 2);
      try {
        this.#decoder().decode(bytes.subarray(0, middle), { stream: true });
        valid = middle;
      } catch {
        invalid = middle - 1;
      }
    }
    // What follows the last whole character is the beginning of one that does not go on.
    return this.wholeCharacters(bytes.subarray(0, valid));
  }
}

/** Ends of lines, LF or CR LF. */
function countLines(utf8: Buffer): number {
  let lines = 0;
  for (let at = utf8.indexOf(10); at >= 0; at = utf8.indexOf(10, at + 1)) lines++;
  return lines;
}
