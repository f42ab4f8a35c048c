const missing = '–';

/** A number with fixed decimals and a true minus sign; a dash where it is undefined. */
export function decimals(value: number, digits: number): string {
  if (!Number.isFinite(value)) return missing;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A number with `digits` significant digits, trailing zeros dropped. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return missing;
  const rounded = Number(Math.abs(value).toPrecision(digits));
  const text = rounded !== 0 && (rounded < 1e-4 || rounded >= 1e9) ? rounded.toExponential() : String(rounded);
  return value < 0 && rounded !== 0 ? `−${text}` : text;
}

/** A share as percent, such as 60.7 %. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${decimals(share * 100, digits)}\u202f%` : missing;
}

/** A p or q value: three decimals, and "<0.001" below. */
export function probability(value: number): string {
  if (!Number.isFinite(value)) return missing;
  return value < 0.001 ? '<0.001' : value.toFixed(3);
}

/** A p or q value as a statement: "q = 0.031", "q < 0.001". */
export function probabilityStatement(symbol: string, value: number): string {
  return Number.isFinite(value) && value < 0.001
    ? `${symbol}\u00a0<\u00a00.001`
    : `${symbol}\u00a0=\u00a0${probability(value)}`;
}

/** A whole number with thin spaces between thousands. */
export function whole(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const text = String(Math.round(Math.abs(value))).replace(/\B(?=(\d{3})+$)/gu, '\u202f');
  return value < 0 ? `−${text}` : text;
}

/** A count with its noun, such as "1 model" or "13 models". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${whole(count)} ${count === 1 ? noun : plural}`;
}

/** Words in a row: "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] as string}`;
}
