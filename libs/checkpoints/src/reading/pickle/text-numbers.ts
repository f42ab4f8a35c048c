import { limits } from '../limits.ts';

/** Number of a whole number in two's complement, little-endian: exact, and a number where numbers are exact. */
export function integerOf(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index] as number);
  return narrowed(bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, value));
}

/** Number that a line of text tells, as pickles of protocol 0 have them; undefined where it tells none. */
export function integerOfText(text: string): number | bigint | undefined {
  if (!/^[+-]?\d+$/u.test(text) || text.length > limits.integerBytes * 2) return undefined;
  return narrowed(BigInt(text.startsWith('+') ? text.slice(1) : text));
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const namedFloats: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
]);

/** Number that a line of text tells in decimals; undefined where it tells none. */
export function floatOfText(text: string): number | undefined {
  const named = namedFloats.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : undefined;
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** Bytes that a quoted text of Python 2 stands for; undefined where it is not quoted. */
export function bytesOfQuoted(line: string): Uint8Array | undefined {
  const quote = line.at(0);
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) return undefined;
  const text = line.slice(1, -1);
  const bytes: number[] = [];
  for (const [whole, hex, octal, letter] of text.matchAll(/\\x([\da-f]{2})|\\([0-7]{1,3})|\\(.)|[^\\]/gisu)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0) & 0xff);
    else bytes.push(whole.charCodeAt(0) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Text of a line in `raw-unicode-escape`. */
export function textOfEscaped(line: string): string {
  return line.replaceAll(/\\u([\dA-Fa-f]{4})|\\U([\dA-Fa-f]{8})/gu, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
