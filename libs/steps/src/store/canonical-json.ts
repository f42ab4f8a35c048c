import { createHash } from 'node:crypto';

/** A value that JSON can hold exactly. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/**
 * JSON text that is the same for equal values: keys sorted by code unit, no spaces, every finite number exact (the
 * shortest digits that read back to the same float64, `-0` kept). What JSON would drop or bend without a word
 * (undefined, NaN, infinities, functions, dates, maps, typed arrays, cycles) is refused, since two different values
 * must never share a text.
 *
 * @throws TypeError naming the place, such as `options.gate.minimum`.
 */
export function canonicalJson(value: unknown, name = 'value'): string {
  return canonicalText(value, name, []);
}

/** SHA-256 of a value's {@link canonicalJson}, hexadecimal: one hash for a list of hashes, or for an options object. */
export function hashJson(value: unknown, name = 'value'): string {
  return createHash('sha256').update(canonicalJson(value, name)).digest('hex');
}

/** Checks what was read from outside: a plain object, not an array and not null. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonicalText(value: unknown, name: string, above: readonly object[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(name, String(value));
    return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refused(name, value === undefined ? 'undefined' : `a ${typeof value}`);
  if (above.includes(value)) throw refused(name, 'an object that contains itself');
  const path = [...above, value];
  // Array.from, and not map: map skips the holes of a sparse array.
  if (Array.isArray(value))
    return `[${Array.from(value, (item: unknown, index) => canonicalText(item, `${name}[${String(index)}]`, path)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused(name, `a ${value.constructor.name}`);
  const fields = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(fields)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(fields[key], `${name}.${key}`, path)}`);
  return `{${members.join(',')}}`;
}

function refused(name: string, what: string): TypeError {
  return new TypeError(
    `${name} is ${what}: a key needs null, booleans, finite numbers, text, arrays and plain objects. Leave it out, or resolve it to its value.`,
  );
}
