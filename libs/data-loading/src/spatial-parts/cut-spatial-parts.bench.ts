import { bench, describe } from 'vitest';
import { connectedComponents } from './connected-components.ts';
import { cutPlane } from './cut-spatial-parts.ts';

// A plane of 56 x 56 with hundreds of components: scattered numbers in blocks of 2 x 2.
const side = 56;
const blocks = Uint16Array.from(
  { length: 28 * 28 },
  (_, block) => ((Math.imul(block + 1, 0x9e3779b1) >>> 16) ^ block) % 9,
);
const busy = Uint16Array.from(
  { length: side * side },
  (_, pixel) => blocks[Math.floor(pixel / side / 2) * 28 + Math.floor((pixel % side) / 2)] ?? 0,
);
const number = (suffix: number) =>
  Uint16Array.from({ length: 65_536 }, (_, object) => (object === 0 ? 0 : suffix * 100 + object));
const halves = { top: number(1), left: number(2), bottom: number(3), right: number(4) };
const { count } = connectedComponents(busy, side, side);
if (count < 200) throw new Error(`only ${String(count)} components`);

describe(`cut a plane of 56 x 56 with ${String(count)} components (goal: under 1 ms)`, () => {
  bench('cutPlane', () => {
    const [vertical] = cutPlane(busy, side, side, halves);
    if (vertical[side * side - 1] === undefined) throw new Error('no plane');
  });
  bench('rival: a mask of the whole plane for each component', () => {
    const { components } = connectedComponents(busy, side, side);
    let cut = 0;
    for (let component = 1; component <= count; component++) {
      const mask = components.map((other) => (other === component ? 1 : 0));
      const rows = mask.reduce((sum, inside, pixel) => (inside === 1 ? sum + Math.floor(pixel / side) : sum), 0);
      if (rows >= 0) cut++;
    }
    if (cut !== count) throw new Error('components are missing');
  });
});
