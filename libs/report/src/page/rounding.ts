/** A number of so many significant digits. */
export function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** The same, null where the number is undefined. */
export function finite(value: number, digits: number): number | null {
  return Number.isFinite(value) ? rounded(value, digits) : null;
}
