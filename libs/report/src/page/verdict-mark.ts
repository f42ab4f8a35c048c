import type { Verdict } from '../words/claim-words.ts';
import { markup, type Markup } from './markup.ts';
import { colour } from './palette.ts';

/** Mark of a verdict as it stands in running text: a tick, a dash or a cross, each in a shape of its own. */
export function verdictMark(verdict: Verdict): Markup {
  const [shape, sign, tint] = marks[verdict];
  return markup`<svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="${shape}" fill="${colour(tint)}"/><path d="${sign}" fill="none" stroke="${colour('panel')}" stroke-width="1.8"/></svg>`;
}

/** Outline, sign within it, and colour. */
const marks: Readonly<Record<Verdict, readonly [shape: string, sign: string, tint: string]>> = {
  holds: ['M7 0a7 7 0 1 1 0 14a7 7 0 1 1 0-14z', 'M3.5 7.2l2.5 2.5 4.5-5', 'accent'],
  undecided: ['M7 0l7 7-7 7-7-7z', 'M4 7h6', 'quiet'],
  fails: ['M0 0h14v14h-14z', 'M3.5 3.5l7 7m0-7l-7 7', 'alert'],
};
