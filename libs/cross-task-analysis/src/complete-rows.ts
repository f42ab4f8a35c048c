/** Rows in which every series has a value. */
export function completeRows<const All extends readonly (Float64Array | Int32Array)[]>(
  all: All,
): { readonly [Index in keyof All]: Float64Array } {
  const length = all[0]?.length ?? 0;
  const rows = new Int32Array(length);
  let count = 0;
  // Loops: this is called for every pair of a table, for a few rows each.
  for (let row = 0; row < length; row++) {
    let isComplete = true;
    for (const series of all) if (Number.isNaN(series[row])) isComplete = false;
    if (isComplete) rows[count++] = row;
  }
  return all.map((series) => {
    const complete = new Float64Array(count);
    for (let place = 0; place < count; place++) complete[place] = series[rows[place] as number] as number;
    return complete;
  }) as unknown as { readonly [Index in keyof All]: Float64Array };
}
