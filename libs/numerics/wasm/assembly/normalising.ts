/**
 * Turns bytes of pixels into floats by looking them up.
 *
 * Memory is laid out by the caller (`pixel-normaliser.ts`); nothing is allocated here.
 */

// @ts-ignore: decorator
@inline
function look(table: usize, byte: u32): f32 {
  return load<f32>(table + (<usize>byte << 2));
}

/**
 * Looks up the three bytes of each pixel.
 *
 * @param source three bytes a pixel
 * @param pixels number of pixels
 * @param step bytes from the value of a pixel to that of the next one
 * @param first place of the first pixel's first value; `second`, `third`: of the others
 * @param firstTable values of the bytes 0..255; `secondTable`, `thirdTable`: of the others
 */
export function normalise(source: usize, pixels: u32, step: usize, first: usize, second: usize, third: usize, firstTable: usize, secondTable: usize, thirdTable: usize): void {
  const end = source + <usize>pixels * 3;
  // Four pixels are twelve bytes: three words.
  for (const last = source + <usize>(pixels & ~3) * 3; source < last; source += 12) {
    const a = load<u32>(source), b = load<u32>(source, 4), c = load<u32>(source, 8);
    store<f32>(first, look(firstTable, a & 255));
    store<f32>(second, look(secondTable, (a >> 8) & 255));
    store<f32>(third, look(thirdTable, (a >> 16) & 255));
    first += step;
    second += step;
    third += step;
    store<f32>(first, look(firstTable, a >> 24));
    store<f32>(second, look(secondTable, b & 255));
    store<f32>(third, look(thirdTable, (b >> 8) & 255));
    first += step;
    second += step;
    third += step;
    store<f32>(first, look(firstTable, (b >> 16) & 255));
    store<f32>(second, look(secondTable, b >> 24));
    store<f32>(third, look(thirdTable, c & 255));
    first += step;
    second += step;
    third += step;
    store<f32>(first, look(firstTable, (c >> 8) & 255));
    store<f32>(second, look(secondTable, (c >> 16) & 255));
    store<f32>(third, look(thirdTable, c >> 24));
    first += step;
    second += step;
    third += step;
  }
  for (; source < end; source += 3) {
    store<f32>(first, look(firstTable, load<u8>(source)));
    store<f32>(second, look(secondTable, load<u8>(source, 1)));
    store<f32>(third, look(thirdTable, load<u8>(source, 2)));
    first += step;
    second += step;
    third += step;
  }
}
