import { drawVarianceBars } from '../figures/variance-bars.ts';
import { crowdedNames } from '../figures/scatter.ts';
import { chanceLegendItem, ellipseLegendItem, groupMark, modelLegend, type Legend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, probabilityStatement, whole } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { pairTable, pointTable, varianceTable } from '../study-tables/embedding-tables.ts';
import type { Embedding, Study } from '../tables/study.ts';
import { drawEmbedding } from '../views/embedding-view.ts';
import { modelPanel } from '../views/model-panel.ts';
import { categoryLetter } from '../page/palette.ts';
import { categorySentence } from '../words/category-names.ts';
import { fewModelsSentence, tellsCategories } from '../words/few-models.ts';
import { findings, type Finding } from '../words/findings.ts';
import { plainRelation } from '../words/plain-relation.ts';
import { rangeWords } from '../words/relation-verdict.ts';
import { componentsKept, ellipseShort, ellipseWords, keptSentence } from '../words/uncertainty-words.ts';
import { changeBlock } from './changes.ts';
import { groupsBlock } from './groups.ts';

/** The first section: what was found, the embedding, and what sets the categories of models apart. */
export function overviewSection(page: PageContext): PageSection {
  const { embedding, profiles } = page.study;
  const stated = findings(page.study);
  const body =
    embedding === undefined
      ? markup`${keyNumbers(page.study)}${findingList(stated)}<p>No embedding is part of this study: ${counted(profiles.models.length, 'model')} with ${counted(profiles.concepts.length, 'concept')} are described below.</p>${changeBlock(page)}`
      : markup`<div class="lead">${mainFigure(page, embedding)}<div class="in-short"><h3 id="in-short">In short</h3>${inShort(page, embedding)}</div></div>${keyNumbers(page.study)}${findingList(stated)}${furtherFigures(page, embedding)}${changeBlock(page)}${groupsBlock(page, embedding)}`;
  return { id: 'overview', title: 'Overview', body };
}

/** The size of the study at a glance. */
function keyNumbers({ profiles, embedding, tasks, galleries }: Study): Markup {
  const matches = profiles.summaries.reduce((sum, rows) => sum + rows.reduce((part, row) => part + row.matches, 0), 0);
  const numbers: readonly (readonly [number, string, string])[] = [
    [profiles.models.length, 'model', 'models'],
    ...(embedding === undefined ? [] : [[embedding.points.length, 'of them embedded', 'of them embedded'] as const]),
    [profiles.concepts.length, 'concept', 'concepts'],
    [matches, 'matching unit', 'matching units'],
    ...(tasks === undefined ? [] : [[tasks.columns.length, 'score column', 'score columns'] as const]),
    ...(galleries.length === 0
      ? []
      : [
          [
            galleries.reduce((sum, { units }) => sum + units.length, 0),
            'unit with images',
            'units with images',
          ] as const,
        ]),
  ];
  return markup`<dl class="key-numbers">${numbers.map(([count, one, many]) => markup`<div><dt>${count === 1 ? one : many}</dt><dd>${whole(count)}</dd></div>`)}</dl>`;
}

function findingList(all: readonly Finding[]): Markup | false {
  if (all.length === 0) return false;
  const items = all.map(
    ({ kind, text }) => markup`<li class="finding ${kind}"><span class="tag">${kindWords[kind]}</span> ${text}</li>`,
  );
  return markup`<h3 id="findings">Findings</h3><ul class="findings" aria-labelledby="findings">${joined(items)}</ul>`;
}

const kindWords: Readonly<Record<Finding['kind'], string>> = {
  supported: 'supported',
  unsupported: 'not supported',
  description: 'description',
};

function mainFigure(page: PageContext, embedding: Embedding): Markup {
  const { data } = page;
  const { components, points } = embedding;
  const { uncertainty } = page.study;
  const hasEllipses = components >= 2 && uncertainty !== undefined && uncertainty.clouds.size > 0;
  const legend = legendOf(page, embedding);
  const first = components >= 2 ? ([0, 1] as const) : ([0, 0] as const);
  const model = Math.max(0, data.models.indexOf(points[0]?.model ?? ''));
  const main = embeddingFigure(page, first, {
    width: 720,
    height: 430,
    legend,
    controls: markup`${componentChoice('x', components, first[0])}${componentChoice('y', components, first[1])}`,
    aside: markup`<div class="panel" id="model-panel" aria-live="polite" hidden>${modelPanel(data, model)}</div>`,
    table: pointTable(embedding),
    ellipses: hasEllipses ? ellipseCaption(page) : undefined,
  });
  return main;
}

/** The third component and the variance that each explains. */
function furtherFigures(page: PageContext, embedding: Embedding): Markup {
  const legend = legendOf(page, embedding);
  const { uncertainty } = page.study;
  const hasEllipses = embedding.components >= 2 && uncertainty !== undefined && uncertainty.clouds.size > 0;
  return markup`<div class="duo">${embedding.components >= 3 && embeddingFigure(page, [2, 1], { legend, width: 620, height: 430, table: pairTable(embedding, [2, 1]), ellipses: hasEllipses ? 'Ellipses as above.' : undefined })}${varianceFigure(page, embedding)}</div>`;
}

function legendOf(page: PageContext, { components }: Embedding): Legend {
  const groupItems = modelLegend(page.data);
  const { uncertainty } = page.study;
  return components >= 2 && uncertainty !== undefined && uncertainty.clouds.size > 0
    ? { ...groupItems, items: [...groupItems.items, ellipseLegendItem(ellipseShort(uncertainty))] }
    : groupItems;
}

/** What sets each category of models apart, and the strongest supported relation, each in one plain sentence. */
function inShort({ study, data }: PageContext, embedding: Embedding): Markup {
  const { tasks } = study;
  const categories = Array.from(
    { length: tellsCategories(embedding) ? embedding.groups : 0 },
    (_, group) =>
      markup`<li>${groupMark(group)} <strong>${categoryLetter(group)}${data.categoryNames[group] !== '' && `: ${data.categoryNames[group] ?? ''}`}</strong> <span>${categorySentence(embedding, group)}</span></li>`,
  );
  const [strongest] = [...(tasks?.relations ?? [])]
    .filter(({ supported }) => supported)
    .sort((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson));
  const few = fewModelsSentence(embedding);
  return markup`${categories.length > 0 && markup`<ul class="plain">${joined(categories)}</ul>`}${few !== undefined && markup`<p>${few}</p>`}${
    tasks !== undefined &&
    tasks.relations.length > 0 &&
    (strongest === undefined
      ? markup`<p>No relation between what models know and how they score is beyond chance here.</p>`
      : markup`<p class="plain-relation">${plainRelation(tasks, strongest, embedding)}</p><p class="small quiet">r = ${decimals(strongest.pearson, 2)}, 95 % interval ${rangeWords(strongest.low, strongest.high)}, ${probabilityStatement('q', strongest.q)}, n = ${strongest.n}. An association, not a cause. <a href="#tasks">All relations</a></p>`)
  }<p class="small"><a href="#categories">More of the categories</a></p>`;
}

function embeddingFigure(
  page: PageContext,
  [x, y]: readonly [number, number],
  {
    width = 760,
    height = 500,
    ellipses,
    ...parts
  }: {
    readonly legend: Legend;
    readonly controls?: Markup;
    readonly aside?: Markup;
    readonly table?: ReturnType<typeof pointTable>;
    readonly ellipses?: string | undefined;
    readonly width?: number;
    readonly height?: number;
  },
): Markup {
  const draw = (): Markup => drawEmbedding(page.data, { x, y, width, height });
  const crowded = crowdedNames(draw());
  const words = x === y ? `component ${String(x + 1)}` : `components ${String(x + 1)} and ${String(y + 1)}`;
  return page.figure({
    id: `embedding-${String(x + 1)}-${String(y + 1)}`,
    title: `Models on ${words}`,
    caption: markup`Each mark is a model; models with similar concept profiles stand close together. Both axes have one scale, so distances can be compared. Shape and colour tell the category of models.${ellipses !== undefined && ` ${ellipses}`}${crowded > 0 && ` ${counted(crowded, 'name')} had no room: hover over a mark, or open the table.`}`,
    draw,
    ...parts,
  });
}

/** What the ellipses are and what they leave out. */
function ellipseCaption({ study: { uncertainty } }: PageContext): string | undefined {
  return uncertainty === undefined
    ? undefined
    : `${ellipseWords(uncertainty)} Other images, gates or normalisations are not asked about.`;
}

function componentChoice(axis: 'x' | 'y', components: number, chosen: number): Markup {
  const options = Array.from({ length: components }, (_, component) =>
    component === chosen
      ? markup`<option value="${component}" selected>component ${component + 1}</option>`
      : markup`<option value="${component}">component ${component + 1}</option>`,
  );
  return markup`<label>${axis === 'x' ? 'Across' : 'Up'} <select id="embedding-${axis}">${joined(options)}</select></label>`;
}

function varianceFigure(page: PageContext, embedding: Embedding): Markup | false {
  if (embedding.ratios.length === 0) return false;
  const isTested = componentsKept(embedding) !== undefined;
  return page.figure({
    id: 'variance',
    title: 'Variance explained by each component',
    caption: markup`Share of the variance between profiles. The components of the embedding stand out.${isTested && ` The line is what chance gives: the 95th percentile of the same component after the columns of the profiles were permuted independently. ${keptSentence(embedding) ?? ''}`}`,
    ...(isTested ? { legend: { label: 'Chance', items: [chanceLegendItem] } } : {}),
    draw: () => drawVarianceBars(page.host, embedding),
    table: varianceTable(embedding),
  });
}
