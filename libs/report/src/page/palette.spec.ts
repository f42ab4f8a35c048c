import { describe, expect, it } from 'vitest';
import {
  categoryColourNames,
  categoryColours,
  divergingStep,
  groupColours,
  categoryLetter,
  groupShape,
  sequentialColours,
  surfaceColours,
  type SchemeColour,
} from './palette.ts';

/** Full dichromacy after Machado, Oliveira and Fernandes (2009), on linear RGB. */
const visions = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

describe.each(Object.keys(visions) as (keyof typeof visions)[])('palette for %s', (vision) => {
  it.each(['light', 'dark'] as const)('keeps the first concept categories apart in the %s scheme', (scheme) => {
    expect(closest(categoryColours.slice(0, 4), scheme, vision)).toBeGreaterThan(0.08);
  });

  it.each(['light', 'dark'] as const)(
    'keeps the first groups apart in the %s scheme, besides their shapes',
    (scheme) => {
      expect(closest(groupColours.slice(0, 3), scheme, vision)).toBeGreaterThan(0.06);
    },
  );
});

describe('palette', () => {
  it.each(['light', 'dark'] as const)(
    'has ink that can be read on paper and panel in the %s scheme (WCAG AA)',
    (scheme) => {
      for (const ground of [surfaceColours.paper, surfaceColours.panel]) {
        for (const ink of [surfaceColours.ink, surfaceColours.quiet, surfaceColours.accent, surfaceColours.alert]) {
          expect(contrast(ink[scheme], ground[scheme])).toBeGreaterThanOrEqual(4.5);
        }
        for (const mark of groupColours) expect(contrast(mark[scheme], ground[scheme])).toBeGreaterThanOrEqual(3);
      }
    },
  );

  it.each(['light', 'dark'] as const)(
    'tells nothing from the least amount, and each amount from the next (%s)',
    (scheme) => {
      const steps = [surfaceColours.panel, ...sequentialColours].map((each) => each[scheme]);
      steps.slice(1).forEach((step, index) => {
        expect(contrast(step, steps[index] ?? '')).toBeGreaterThan(index === 0 ? 1.5 : 1.2);
      });
    },
  );

  it('gives 64 groups a mark of their own, and letters past Z', () => {
    const marks = Array.from(
      { length: 64 },
      (_, group) => `${String(group % groupColours.length)}${groupShape(group)}`,
    );
    expect(new Set(marks).size).toBe(64);
    expect([0, 25, 26].map(categoryLetter)).toEqual(['A', 'Z', 'A2']);
  });

  it('keeps the colours of known categories whatever stands beside them', () => {
    expect(categoryColourNames(['zebra', 'part', 'object']).get('part')).toBe('kind-1');
    expect(categoryColourNames(['part']).get('part')).toBe('kind-1');
    expect(new Set(categoryColourNames(['object', 'ape', 'zebra']).values()).size).toBe(3);
  });

  it('puts correlations into eleven steps around zero', () => {
    expect([-1, -0.05, 0.05, 0.89, 1].map(divergingStep)).toEqual([0, 5, 5, 9, 10]);
  });
});

function linear(hex: string): readonly [number, number, number] {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = linear(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Smallest distance between two colours in OKLab, as the vision sees them. */
function closest(colours: readonly SchemeColour[], scheme: 'light' | 'dark', vision: keyof typeof visions): number {
  const m = visions[vision];
  const points = colours.map((entry) => {
    const [r, g, b] = linear(entry[scheme]);
    const at = (row: number): number =>
      Math.min(
        1,
        Math.max(0, (m[row * 3] as number) * r + (m[row * 3 + 1] as number) * g + (m[row * 3 + 2] as number) * b),
      );
    return oklab(at(0), at(1), at(2));
  });
  let least = Number.POSITIVE_INFINITY;
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1)) least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  });
  return least;
}

function oklab(r: number, g: number, b: number): readonly [number, number, number] {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
