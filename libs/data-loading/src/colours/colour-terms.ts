/** The eleven basic colour terms of English (Berlin and Kay 1969), by name. */
export const colourTerms = [
  'black',
  'blue',
  'brown',
  'grey',
  'green',
  'orange',
  'pink',
  'purple',
  'red',
  'white',
  'yellow',
] as const;

/** A basic colour term. */
export type ColourTerm = (typeof colourTerms)[number];

/** A colour in OKLCH: lightness 0 to 1, chroma 0 (grey) to about 0.32, hue in degrees. */
export interface PerceivedColour {
  /** Lightness, 0 black to 1 white. */
  readonly lightness: number;
  /** Distance from grey. */
  readonly chroma: number;
  /** Angle around the grey axis, 0 to 360: red 29, yellow 110, green 142, blue 264. */
  readonly hue: number;
}

/** Converts an sRGB colour to OKLCH (Ottosson 2020, "A perceptual color space for image processing"). */
export function perceivedColour(red: number, green: number, blue: number): PerceivedColour {
  const r = linear[red] as number;
  const g = linear[green] as number;
  const b = linear[blue] as number;
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const greenRed = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const blueYellow = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  const degrees = (Math.atan2(blueYellow, greenRed) * 180) / Math.PI;
  return {
    lightness: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    chroma: Math.hypot(greenRed, blueYellow),
    hue: degrees < 0 ? degrees + 360 : degrees,
  };
}

/** Below this chroma a colour is black, grey or white. */
export const achromaticChroma = 0.032;

/**
 * Names an sRGB colour by one of the {@link colourTerms}. First the dark and the colourless are told apart, then eight
 * sectors of hue, in which lightness and chroma decide between neighbours: brown is dark or dull orange, pink is light
 * red. The thresholds were set so that colour charts get the names that people give them.
 */
export function nameColour(red: number, green: number, blue: number): ColourTerm {
  const colour = perceivedColour(red, green, blue);
  const { lightness, chroma, hue } = colour;
  if (isBlack(colour)) return 'black';
  if ((chroma < achromaticChroma && lightness >= 0.9) || (chroma < 0.03 && lightness >= 0.965)) return 'white';
  if (chroma < achromaticChroma) return 'grey';
  return sectors.find(({ upTo }) => hue < upTo)?.name(lightness, chroma, hue) ?? 'pink';
}

/** The darker a colour, the more chroma it needs to be seen as a hue. */
function isBlack({ lightness, chroma }: PerceivedColour): boolean {
  return (
    lightness < 0.18 ||
    (lightness < 0.25 && chroma < 0.09) ||
    (lightness < 0.3 && chroma < 0.05) ||
    (lightness < 0.34 && chroma < achromaticChroma)
  );
}

interface Sector {
  /** Hue at which the next sector begins, in degrees. */
  readonly upTo: number;
  readonly name: (lightness: number, chroma: number, hue: number) => ColourTerm;
}

const sectors: readonly Sector[] = [
  { upTo: 18, name: (lightness) => (lightness < 0.55 ? 'red' : 'pink') },
  {
    upTo: 42,
    name: (lightness, chroma) => {
      if (
        (lightness < 0.62 && chroma < 0.1) ||
        (lightness < 0.36 && chroma < 0.12) ||
        (lightness < 0.72 && chroma < 0.06)
      )
        return 'brown';
      return lightness > 0.7 ? 'pink' : 'red';
    },
  },
  {
    upTo: 80,
    name: (lightness, chroma) => {
      if (lightness > 0.86 && chroma < 0.1) return 'pink';
      return lightness < 0.64 || chroma < 0.085 ? 'brown' : 'orange';
    },
  },
  {
    upTo: 115,
    name: (lightness, chroma, hue) => {
      if (lightness < 0.68) return hue >= 100 ? 'green' : 'brown';
      return lightness < 0.8 && chroma < 0.095 ? 'brown' : 'yellow';
    },
  },
  { upTo: 185, name: () => 'green' },
  { upTo: 290, name: () => 'blue' },
  { upTo: 335, name: (lightness, _chroma, hue) => (lightness > 0.8 && hue > 315 ? 'pink' : 'purple') },
  { upTo: 361, name: (lightness) => (lightness < 0.42 ? 'purple' : lightness < 0.5 ? 'red' : 'pink') },
];

/** Linear light of each sRGB byte (IEC 61966-2-1). */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
