import type { PlotHost } from '../figures/plot-host.ts';
import type { Study } from '../tables/study.ts';
import { figureBlock, type FigureBlock } from './figure-block.ts';
import type { Markup } from './markup.ts';
import type { PageData } from './page-data.ts';

/** What every section of the page draws with. */
export interface PageContext {
  /** The study as plain values. */
  readonly study: Study;
  /** The part of the study that the page's script knows too. */
  readonly data: PageData;
  /** Where figures of Observable Plot are drawn. */
  readonly host: PlotHost;
  /** Figures so far, in the order of their numbers. */
  readonly figures: readonly FigureBlock[];
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
export function openPage(study: Study, data: PageData, host: PlotHost): PageContext {
  const figures: FigureBlock[] = [];
  return {
    study,
    data,
    host,
    figures,
    figure: (block) => {
      figures.push(block);
      return figureBlock(figures.length, block);
    },
  };
}
