import type { Brush } from './brush.ts';

/** A kind of thing: how large it is and how it is drawn. */
export interface ThingKind {
  /** Lowest and greatest height, in metres of the world. */
  readonly metres: readonly [low: number, high: number];
  /** Lowest and greatest width, in heights. */
  readonly aspect: readonly [low: number, high: number];
  /** Paints it. */
  readonly draw: (brush: Brush) => void;
}
