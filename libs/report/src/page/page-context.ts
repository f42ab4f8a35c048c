import type { PlotHost } from '../figures/plot-host.ts';
import type { Study } from '../tables/study.ts';
import { figureBlock, type FigureBlock } from './figure-block.ts';
import type { Markup } from './markup.ts';

/** What every section of the page draws with. */
export interface PageContext {
  /** The study as plain values. */
  readonly study: Study;
  /** Where figures of Observable Plot are drawn. */
  readonly host: PlotHost;
  /** Renders a figure under the page's next number. */
  readonly figure: (block: FigureBlock) => Markup;
}

/** A section of the page with its entry in the table of contents. */
export interface PageSection {
  /** Identifier within the page. */
  readonly id: string;
  /** Heading. */
  readonly title: string;
  /** Content under the heading. */
  readonly body: Markup;
}

/** Opens a page on a study: figures are numbered in the order in which sections draw them. */
export function openPage(study: Study, host: PlotHost): PageContext {
  let figures = 0;
  return {
    study,
    host,
    figure: (block) => {
      figures += 1;
      return figureBlock(figures, block);
    },
  };
}
