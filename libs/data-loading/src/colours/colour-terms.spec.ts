import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourTerms, nameColour, perceivedColour } from './colour-terms.ts';

const named = (hex: string) =>
  nameColour(
    Number.parseInt(hex.slice(0, 2), 16),
    Number.parseInt(hex.slice(2, 4), 16),
    Number.parseInt(hex.slice(4, 6), 16),
  );

/**
 * Patches of the 24-patch colour chart (X-Rite's published sRGB averages) with the terms that their names or neighbours
 * allow.
 */
const colourChecker: readonly [string, string][] = [
  ['735244', 'brown'],
  ['c29682', 'brown pink'],
  ['627a9d', 'blue'],
  ['576c43', 'green'],
  ['8580b1', 'purple blue'],
  ['67bdaa', 'green blue'],
  ['d67e2c', 'orange'],
  ['505ba6', 'blue'],
  ['c15a63', 'red pink'],
  ['5e3c6c', 'purple'],
  ['9dbc40', 'green'],
  ['e0a32e', 'orange yellow'],
  ['383d96', 'blue'],
  ['469449', 'green'],
  ['af363c', 'red'],
  ['e7c71f', 'yellow'],
  ['bb5695', 'pink purple'],
  ['0885a1', 'blue'],
  ['f3f3f2', 'white'],
  ['c8c8c8', 'grey'],
  ['a0a0a0', 'grey'],
  ['7a7a79', 'grey'],
  ['555555', 'grey'],
  ['343434', 'black'],
];

/**
 * Colours of CSS (Color Module 4) whose names contain a basic term, and shades that are commonly held to belong to one.
 */
const css = `black 000000, white ffffff, red ff0000, green 008000, blue 0000ff, yellow ffff00, orange ffa500, purple 800080, pink ffc0cb, grey 808080,
red 8b0000, orange ff8c00, green 006400, green 90ee90, green 98fb98, green 2e8b57, green 228b22, green 32cd32, green 00ff7f, green 556b2f, green 8fbc8f, green 00ff00,
blue add8e6, blue 87ceeb, blue 4682b4, blue 4169e1, blue 191970, blue 000080, blue 0000cd, blue 00008b, blue 1e90ff, blue 6495ed, blue b0e0e6,
purple 9370db, purple 663399, purple 8a2be2, pink ff69b4, pink ff1493, pink ffb6c1, brown 8b4513, brown a0522d, brown d2b48c, red dc143c, red b22222,
grey 696969, grey a9a9a9, grey d3d3d3, white f5f5f5, white fffaf0, white f8f8ff, yellow ffd700, yellow f0e68c, green 808000`;

/** Commonest answers of the colour survey of xkcd (2010, CC0) whose names contain a basic term. */
const survey = `purple 7e1e9c, green 15b01a, blue 0343df, pink ff81c0, brown 653700, red e50000, blue 95d0fc, orange f97306, green 96f97b, yellow ffff14, blue 75bbfd,
grey 929591, green 89fe05, purple bf77f6, green 033500, blue 00035b, purple 35063e, green 01ff07, blue 0504aa, black 000000, pink ff028d, brown ad8150, green c7fdb5,
green 677a04, green 53fca1, pink ffd1df, blue 0165fc, red 840000, brown 341c02, grey d8dcd6, yellow fffe7a, yellow ffff84, red 980002, brown 411900, blue d0fefe, blue a2cffe,
pink ffcfdc, green 06470c, purple 380835`;

const pairs = (text: string) => text.split(',').map((pair) => pair.trim().split(' ') as [string, string]);

describe(nameColour, () => {
  it.each(colourChecker)('names patch %s of the colour chart %s', (hex, allowed) => {
    expect(allowed.split(' ')).toContain(named(hex));
  });

  it.each(pairs(css))('names %s of the web colours (%s)', (term, hex) => {
    expect(named(hex)).toBe(term);
  });

  it.each(pairs(survey))('names %s as people in a survey do (%s)', (term, hex) => {
    expect(named(hex)).toBe(term);
  });

  it('runs from black over grey to white along the grey axis', () => {
    const greys = Array.from({ length: 256 }, (_, level) => nameColour(level, level, level));
    expect(greys.filter((term, level) => level === 0 || term !== greys[level - 1])).toEqual(['black', 'grey', 'white']);
  });

  it('gives every colour one of the eleven terms, and uses all of them', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(fc.property(byte, byte, byte, (red, green, blue) => colourTerms.includes(nameColour(red, green, blue))));
    const steps = [0, 36, 73, 109, 146, 182, 219, 255];
    const used = new Set(
      steps.flatMap((red) => steps.flatMap((green) => steps.map((blue) => nameColour(red, green, blue)))),
    );
    expect(used).toEqual(new Set(colourTerms));
  });
});

describe(perceivedColour, () => {
  // Values of Ottosson's reference implementation.
  it.each([
    [
      [255, 255, 255],
      [1, 0, undefined],
    ],
    [
      [255, 0, 0],
      [0.628, 0.2577, 29.23],
    ],
    [
      [0, 255, 0],
      [0.8664, 0.2948, 142.5],
    ],
    [
      [0, 0, 255],
      [0.452, 0.3132, 264.05],
    ],
  ] as const)('converts %j to OKLCH', ([red, green, blue], [lightness, chroma, hue]) => {
    const colour = perceivedColour(red, green, blue);
    expect(colour.lightness).toBeCloseTo(lightness, 3);
    expect(colour.chroma).toBeCloseTo(chroma, 3);
    if (hue !== undefined) expect(colour.hue).toBeCloseTo(hue, 1);
  });
});
