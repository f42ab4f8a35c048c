/**
 * Orders names the same on every machine: without regard to case first, then by code points; runs of digits count as
 * numbers.
 */
export function compareNames(a: string, b: string): number {
  return compareParts(a.toLowerCase(), b.toLowerCase()) || (a < b ? -1 : a > b ? 1 : 0);
}

function compareParts(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [x, y] = [left[index] as string, right[index] as string];
    if (x === y) continue;
    const [m, n] = [Number(x), Number(y)];
    if (Number.isFinite(m) && Number.isFinite(n) && m !== n) return m - n;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

function parts(name: string): readonly string[] {
  return name.match(/\d+|\D+/gu) ?? [];
}
