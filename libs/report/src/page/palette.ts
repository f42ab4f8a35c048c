/** A colour in the light and in the dark scheme, as hexadecimal RGB. */
export interface SchemeColour {
  /** On paper and on light screens. */
  readonly light: string;
  /** On dark screens. */
  readonly dark: string;
}

/** Mark of a group of models: told apart by shape as well as by colour. */
export type PointShape = 'circle' | 'triangle' | 'square' | 'diamond' | 'plus' | 'wedge' | 'star' | 'hexagon';

/** Shapes of the groups, in the order of their numbers. */
export const groupShapes = [
  'circle',
  'triangle',
  'square',
  'diamond',
  'plus',
  'wedge',
  'star',
  'hexagon',
] as const satisfies readonly PointShape[];

/**
 * Colours of the groups of models; after Okabe and Ito's palette for colour-blind readers, darkened to stand on white.
 */
export const groupColours = [
  { light: '#0a4a8c', dark: '#5c9df0' },
  { light: '#c94f00', dark: '#ff9a57' },
  { light: '#15966f', dark: '#8df0cd' },
  { light: '#a83f86', dark: '#ec9fd0' },
  { light: '#8a6a00', dark: '#e3c04b' },
  { light: '#5650b5', dark: '#aaa6f5' },
  { light: '#3f7f93', dark: '#8fd0e4' },
  { light: '#5f6670', dark: '#b4bac4' },
] as const satisfies readonly SchemeColour[];

/** Colours of concept categories: their lightness differs as well as their hue, so that stacks read in grey too. */
export const categoryColours = [
  { light: '#2f4b8f', dark: '#7d9be8' },
  { light: '#e8a838', dark: '#f2c063' },
  { light: '#7fc4b2', dark: '#9fe0cf' },
  { light: '#b03a62', dark: '#e2718f' },
  { light: '#8d8d99', dark: '#8d8d99' },
  { light: '#a98fd8', dark: '#c3adf0' },
  { light: '#5d7f3a', dark: '#9cc46f' },
  { light: '#7a4a2a', dark: '#c99068' },
] as const satisfies readonly SchemeColour[];

/** Concept categories that keep their colour whatever study they are in. */
export const knownCategories = ['object', 'part', 'material', 'color', 'scene', 'texture'] as const;

/** Correlations from -1 to 1 in eleven steps; blue and orange stay apart for every kind of colour vision. */
export const divergingColours = [
  { light: '#12508f', dark: '#8cc4ff' },
  { light: '#3a76b4', dark: '#5f9ddb' },
  { light: '#6f9fcd', dark: '#3f78b0' },
  { light: '#a6c6e3', dark: '#2d577f' },
  { light: '#d5e4f1', dark: '#233a52' },
  { light: '#f4f2ee', dark: '#24262b' },
  { light: '#f8e2cd', dark: '#4a3524' },
  { light: '#f2c297', dark: '#744a25' },
  { light: '#e39a5b', dark: '#a66528' },
  { light: '#c56f24', dark: '#d98736' },
  { light: '#96480a', dark: '#ffb268' },
] as const satisfies readonly SchemeColour[];

/**
 * Amounts from little to much in eight steps, of one hue and falling lightness; the least stands out from the panel,
 * which is nothing.
 */
export const sequentialColours = [
  { light: '#bccbe8', dark: '#2c4673' },
  { light: '#9fb5dd', dark: '#375893' },
  { light: '#839ece', dark: '#456db0' },
  { light: '#6886bf', dark: '#5a86c8' },
  { light: '#4f6fae', dark: '#769fdc' },
  { light: '#3a5998', dark: '#97b9ea' },
  { light: '#274180', dark: '#b9d2f5' },
  { light: '#152759', dark: '#dfecff' },
] as const satisfies readonly SchemeColour[];

/**
 * Heights of a surface from low to high in eight steps, pale enough that names can be read on them; none is the panel,
 * to which a surface fades.
 */
export const reliefColours = [
  { light: '#f0d9a8', dark: '#57431a' },
  { light: '#ebdcbc', dark: '#4f4327' },
  { light: '#e1dccc', dark: '#464336' },
  { light: '#d2d8da', dark: '#3d4448' },
  { light: '#bccde0', dark: '#34465a' },
  { light: '#a2bedd', dark: '#2f4d70' },
  { light: '#86acd5', dark: '#2f5887' },
  { light: '#6a98ca', dark: '#32659f' },
] as const satisfies readonly SchemeColour[];

/** Paper, ink and lines. */
export const surfaceColours = {
  paper: { light: '#fdfcfa', dark: '#14161a' },
  panel: { light: '#ffffff', dark: '#1b1e24' },
  ink: { light: '#1c1d21', dark: '#e8e6e1' },
  quiet: { light: '#5a5d66', dark: '#a9adb8' },
  line: { light: '#dedbd3', dark: '#353a44' },
  faint: { light: '#efece5', dark: '#262a32' },
  accent: { light: '#0b5a8f', dark: '#7cc0f4' },
  alert: { light: '#9a3412', dark: '#ffb089' },
} as const satisfies Readonly<Record<string, SchemeColour>>;

/** All colours by the name of their CSS variable, without the dashes. */
export const namedColours: Readonly<Record<string, SchemeColour>> = {
  ...surfaceColours,
  ...numbered('group', groupColours),
  ...numbered('kind', categoryColours),
  ...numbered('diverging', divergingColours),
  ...numbered('amount', sequentialColours),
  ...numbered('relief', reliefColours),
};

/** Reference to a colour of the palette from CSS or an SVG attribute. */
export function colour(name: string): string {
  return `var(--${name})`;
}

/** Colour of a group of models; groups past the palette start over (their shapes and letters still differ). */
export function groupColour(group: number): string {
  return colour(`group-${String(group % groupColours.length)}`);
}

/** Shape of a group of models; runs out of step with the colours, so that 64 groups have marks of their own. */
export function groupShape(group: number): PointShape {
  return groupShapes[(group + Math.floor(group / groupColours.length)) % groupShapes.length] ?? 'circle';
}

/** Letter of a group of models: A, B, … Z, then A2, B2, … */
export function categoryLetter(group: number): string {
  const round = Math.floor(group / 26);
  return `${String.fromCharCode(65 + (group % 26))}${round === 0 ? '' : String(round + 1)}`;
}

/**
 * Colours of concept categories by name: known ones keep theirs, others take what is left in the order of their names.
 */
export function categoryColourNames(categories: readonly string[]): ReadonlyMap<string, string> {
  const known: readonly string[] = knownCategories;
  const others = categories.filter((name) => !known.includes(name)).sort((a, b) => (a < b ? -1 : 1));
  return new Map(
    categories.map((name) => {
      const slot = known.includes(name)
        ? known.indexOf(name)
        : (known.length + others.indexOf(name)) % categoryColours.length;
      return [name, `kind-${String(slot)}`];
    }),
  );
}

/** Step 0 to 10 of the diverging scale for a correlation. */
export function divergingStep(correlation: number): number {
  return Math.min(10, Math.max(0, Math.round((correlation + 1) * 5)));
}

/** Step 0 to 10 of the diverging scale for what a correlation means: worse scores are low, better ones high. */
export function meaningStep(correlation: number, higherIsBetter: boolean): number {
  return divergingStep(higherIsBetter ? correlation : -correlation);
}

function numbered(prefix: string, colours: readonly SchemeColour[]): Record<string, SchemeColour> {
  return Object.fromEntries(colours.map((entry, index) => [`${prefix}-${String(index)}`, entry]));
}
