/** Relative difference below which two loadings count as equally large when the sign of an axis is chosen. */
export const SIGN_TIE = 1e-9;

/** Turns every axis (row) so that its loading of largest magnitude is positive; of equal ones the first decides. */
export function orientAxes(loadings: Float64Array, columns: number): void {
  for (let start = 0; start < loadings.length; start += columns) {
    const axis = loadings.subarray(start, start + columns);
    const largest = axis.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const deciding = axis.find((value) => Math.abs(value) >= largest * (1 - SIGN_TIE)) ?? 0;
    // Zeros stay +0, so that files never show -0.
    if (deciding < 0) for (let column = 0; column < columns; column++) axis[column] = 0 - (axis[column] as number);
  }
}

/**
 * Replaces the axes from number `real` on by coordinate axes made orthogonal to all axes before them: of the
 * coordinate axes that are left over most, the first.
 */
export function completeAxes(loadings: Float64Array, columns: number, real: number): void {
  for (let start = real * columns; start < loadings.length; start += columns) {
    let [chosen, most] = [0, -Infinity];
    for (let column = 0; column < columns; column++) {
      let left = 1;
      for (let before = 0; before < start; before += columns) left -= (loadings[before + column] as number) ** 2;
      if (left > most + SIGN_TIE) [chosen, most] = [column, left];
    }
    const axis = loadings.subarray(start, start + columns).fill(0);
    axis[chosen] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < start; before += columns) {
        let product = 0;
        for (let column = 0; column < columns; column++)
          product += (axis[column] as number) * (loadings[before + column] as number);
        for (let column = 0; column < columns; column++)
          axis[column] = (axis[column] as number) - product * (loadings[before + column] as number);
      }
    }
    const norm = Math.sqrt(axis.reduce((sum, value) => sum + value * value, 0));
    for (let column = 0; column < columns; column++) axis[column] = (axis[column] as number) / norm;
  }
}
