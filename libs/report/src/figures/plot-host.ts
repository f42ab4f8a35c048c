import type * as Plot from '@observablehq/plot';
import { allowedText, trusted, type Markup } from '../page/markup.ts';
import type { DocumentElement } from '../page/parse-document.ts';

/** Observable Plot with a document to draw into: loaded once, and only when a report is drawn. */
export interface PlotHost {
  /** The library's marks, scales and transforms. */
  readonly plot: typeof Plot;
  /** Draws a figure as SVG that stands alone; `label` says what it is to screen readers. */
  draw(label: string, options: Plot.PlotOptions): Markup;
}

let host: Promise<PlotHost> | undefined;

/** Loads Observable Plot and its document, once. */
export function loadPlotHost(): Promise<PlotHost> {
  return (host ??= openPlotHost());
}

async function openPlotHost(): Promise<PlotHost> {
  const [plot, { parseDocument }] = await Promise.all([
    import('@observablehq/plot'),
    import('../page/parse-document.ts'),
  ]);
  const document = parseDocument('<!doctype html><html><body></body></html>');
  return {
    plot,
    draw: (label, options) => {
      const figure = plot.plot({ ...options, document, className: 'plot' }) as unknown as DocumentElement;
      // A sheet inside of the figure would need a hash of its own in the page's security policy; the page's sheet does
      // its work.
      for (const sheet of figure.querySelectorAll('style')) sheet.remove();
      for (const part of figure.querySelectorAll('[aria-label], [aria-description]')) {
        part.removeAttribute('aria-label');
        part.removeAttribute('aria-description');
      }
      figure.removeAttribute('style');
      figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
      figure.setAttribute('class', 'figure plot');
      figure.setAttribute('role', 'img');
      figure.setAttribute('aria-label', label);
      return trusted(allowedText(figure.outerHTML));
    },
  };
}
