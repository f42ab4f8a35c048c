import { drawLoadingBars, loadingsShown } from '../figures/loading-bars.ts';
import { drawLoadingProfile } from '../figures/loading-profile.ts';
import { categoryLegend, intervalLegendItem, stepLegend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { componentTable, loadingTable } from '../study-tables/embedding-tables.ts';
import { unitTable } from '../study-tables/model-table.ts';
import type { Embedding } from '../tables/study.ts';
import { replicateWords } from '../words/uncertainty-words.ts';
import { conceptsDrawn, drawConceptMap, layOutConceptMap, unitSteps } from '../views/concept-map.ts';

/** Cells up to which the page holds the map's numbers as a table; larger maps are read by search, keyboard and CSV. */
const tableCellsShown = 12_000;

/** The section on concepts: their weights in the components, and the map of concepts and models. */
export function conceptsSection(page: PageContext): PageSection | undefined {
  const { profiles, embedding } = page.study;
  if (profiles.concepts.length === 0) return undefined;
  return {
    id: 'concepts',
    title: 'Concepts',
    body: markup`${embedding !== undefined && embedding.loadings.length > 0 && loadingFigures(page, embedding)}${mapFigure(page)}`,
  };
}

function loadingFigures(page: PageContext, embedding: Embedding): Markup {
  const { loadings, components } = embedding;
  const { categories } = page.study.profiles;
  const legend = categoryLegend(categories);
  const { uncertainty } = page.study;
  const intervals = uncertainty !== undefined && uncertainty.loadings.size > 0 ? uncertainty.loadings : undefined;
  const barLegend = intervals === undefined ? legend : { ...legend, items: [...legend.items, intervalLegendItem] };
  const intervalWords =
    intervals === undefined || uncertainty === undefined
      ? ''
      : ` Lines are 95 % intervals (${replicateWords(uncertainty)}, axes turned with the points).`;
  const bars = Array.from({ length: components }, (_, component) =>
    page.figure({
      id: `loadings-${String(component + 1)}`,
      title: `Concepts of component ${String(component + 1)}`,
      caption:
        component === 0
          ? `The ${String(Math.min(loadings.length, loadingsShown * 2))} concepts with the largest weight: units for those on the right move a model up on the component, units for those on the left move it down.${intervalWords}`
          : 'The same for this component.',
      legend: barLegend,
      draw: () => drawLoadingBars(page.host, loadings, component, categories, intervals),
      table: componentTable(embedding, component, intervals),
    }),
  );
  const profile = page.figure({
    id: 'loadings',
    title: 'Weights of all concepts, component by component',
    caption:
      'A concept stands at the same place in every strip. High bars pull a model with many units for the concept up on that component, low bars pull it down.',
    legend,
    draw: () => drawLoadingProfile(page.host, embedding, categories),
    table: loadingTable(embedding),
    tableTitle: 'All weights',
  });
  return markup`<div class="trio">${joined(bars)}</div>${profile}`;
}

function mapFigure(page: PageContext): Markup {
  const { data, study } = page;
  const { concepts, models } = study.profiles;
  const layout = layOutConceptMap(data);
  return page.figure({
    id: 'concept-map',
    title: 'Which model has which concept',
    caption: markup`Matching units of each model (across) for each concept (down). Models and concepts with similar patterns stand together (average linkage over Hellinger distances).${concepts.length > conceptsDrawn && ` The ${String(conceptsDrawn)} concepts that come first are drawn; search to see others.`}`,
    legend: stepLegend('Matching units', 'amount', unitSteps, 'none'),
    controls: markup`<label>Find concepts <input type="search" id="concept-search" placeholder="such as sky" autocomplete="off"></label><label>Concept category <select id="concept-category"><option value="">all</option>${data.categories.map((name, index) => markup`<option value="${index}">${name}</option>`)}</select></label><label>Order <select id="concept-order"><option value="pattern">similar patterns</option><option value="concept">concept</option><option value="category">concept category</option><option value="total">units of all models</option></select></label><span class="count" id="concept-count" aria-live="polite">${counted(layout.concepts.length, 'concept')}</span>`,
    draw: () => drawConceptMap(data, layout),
    instead: markup`<div class="drawing scroll tall" id="concept-map-drawing" role="region" aria-label="Map of concepts and models" tabindex="0">${drawConceptMap(data, layout)}</div><p class="readout" id="concept-readout" aria-live="polite" hidden>Point at a cell, or walk with the arrow keys, to read its number.${study.galleries.length > 0 && ' A click, or Enter, leads to the units.'}</p>`,
    ...(concepts.length * models.length <= tableCellsShown ? { table: unitTable(study, data.order.concepts) } : {}),
  });
}
