/** Rows in which every series has a value. */
export function completeRows<const All extends readonly (Float64Array | Int32Array)[]>(
  all: All,
): { readonly [Index in keyof All]: Float64Array } {
  const [first] = all;
  const rows = Array.from(first ?? [], (_, row) => row).filter((row) =>
    all.every((series) => !Number.isNaN(series[row])),
  );
  return all.map((series) => Float64Array.from(rows, (row) => series[row] as number)) as unknown as {
    readonly [Index in keyof All]: Float64Array;
  };
}
