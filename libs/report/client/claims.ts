import { curveWidth, drawSpecificationCurve } from '../src/figures/specification-curve.ts';
import type { PageClaims, PageCurve, PageData } from '../src/page/page-data.ts';
import { layOutCurve } from '../src/views/claim-curve.ts';
import { drawingWidth, fill, redrawOnResize } from './page.ts';

/** Draws the specification curve of a claim once the reader opens it, as wide as the screen allows. */
export function startClaims(data: PageData): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>('details.curve')) {
    const found = curveOf(fold.querySelector('figure'), data);
    const frame = fold.querySelector('.drawing');
    if (found === undefined || frame === null) continue;
    const open = (): void => {
      if (!fold.open) return;
      fold.removeEventListener('toggle', open);
      redrawOnResize(frame, () => {
        fill(frame, drawSpecificationCurve(layOutCurve(...found), drawingWidth(frame, curveWidth)));
      });
    };
    fold.addEventListener('toggle', open);
  }
}

/** The curve that a figure shows, with its universes. */
export function curveOf(figure: Element | null, { claims }: PageData): readonly [PageClaims, PageCurve] | undefined {
  const curve = claims?.curves.find((each) => each.figure === figure?.id);
  return claims === null || curve === undefined ? undefined : [claims, curve];
}
