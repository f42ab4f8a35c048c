import { drawScatter, crowdedNames } from '../figures/scatter.ts';
import { drawVarianceBars } from '../figures/variance-bars.ts';
import { foldedTable, type TableColumn } from '../page/data-table.ts';
import { groupLegend, groupMark } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, percent } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { groupLetter } from '../page/palette.ts';
import type { EmbeddedModel, Embedding } from '../tables/study.ts';
import { findings, type Finding } from '../words/findings.ts';
import { groupsBlock } from './groups.ts';

/** The first section: what was found, the embedding, and what sets the groups of models apart. */
export function overviewSection(page: PageContext): PageSection {
  const { embedding, profiles } = page.study;
  const body = markup`${findingList(findings(page.study))}${
    embedding === undefined
      ? markup`<p>No embedding is part of this study: ${counted(profiles.models.length, 'model')} with ${counted(profiles.concepts.length, 'concept')} are described below.</p>`
      : markup`${embeddingFigures(page, embedding)}${groupsBlock(page, embedding)}${varianceFigure(page, embedding)}`
  }`;
  return { id: 'overview', title: 'Overview', body };
}

/** Title of a component's axis with the share of variance it explains. */
export function componentTitle({ ratios }: Pick<Embedding, 'ratios'>, component: number): string {
  const ratio = ratios[component];
  return `component ${String(component + 1)}${ratio === undefined ? '' : ` (${percent(ratio)} of variance)`}`;
}

function findingList(all: readonly Finding[]): Markup | false {
  if (all.length === 0) return false;
  const items = all.map(({ kind, text }) => markup`<li class="finding ${kind}"><span class="tag">${kindWords[kind]}</span> ${text}</li>`);
  return markup`<h3 id="findings">Findings</h3><ul class="findings" aria-labelledby="findings">${joined(items)}</ul>`;
}

const kindWords: Readonly<Record<Finding['kind'], string>> = { supported: 'supported', unsupported: 'not supported', description: 'description' };

function embeddingFigures(page: PageContext, embedding: Embedding): Markup {
  const sizes = Array.from({ length: embedding.groups }, (_, group) => embedding.points.filter((point) => point.group === group).length);
  const pairs = embedding.components >= 3 ? [[0, 1], [2, 1]] as const : embedding.components === 2 ? [[0, 1]] as const : [[0, 0]] as const;
  return joined(
    pairs.map(([x, y], index) => {
      const drawing = drawScatter({
        points: embedding.points.map((point) => ({ name: point.model, x: point.scores[x] ?? Number.NaN, y: point.scores[y] ?? Number.NaN, group: point.group, description: coordinates(point, x, y) })),
        xTitle: componentTitle(embedding, x),
        yTitle: componentTitle(embedding, y),
        label: `Scatter of ${String(embedding.points.length)} models on components ${String(x + 1)} and ${String(y + 1)}`,
      });
      const crowded = crowdedNames(drawing);
      return page.figure({
        id: `embedding-${String(x + 1)}-${String(y + 1)}`,
        title: `Models on components ${String(x + 1)} and ${String(y + 1)}`,
        caption: markup`Each mark is a model; models with similar concept profiles stand close together. Both axes have the same scale, so distances can be compared. Shape and colour tell the group.${crowded > 0 && ` ${counted(crowded, 'name')} had no room and can be had by hovering or from the table.`}`,
        legend: groupLegend(sizes),
        drawing,
        ...(index === 0 ? { data: pointTable(embedding) } : {}),
      });
    }),
  );
}

function coordinates(point: EmbeddedModel, x: number, y: number): string {
  return [...new Set([x, y])].map((component) => `component ${String(component + 1)} ${decimals(point.scores[component] ?? Number.NaN, 2)}`).join(', ');
}

function pointTable(embedding: Embedding): Markup {
  const components: TableColumn<EmbeddedModel>[] = Array.from({ length: embedding.components }, (_, component) => ({
    title: `Component ${String(component + 1)}`,
    numeric: true,
    cell: ({ scores }) => decimals(scores[component] ?? Number.NaN, 4),
    sortBy: ({ scores }) => scores[component] ?? 0,
  }));
  return foldedTable({
    id: 'embedding-table',
    caption: 'Models on the components, with their groups',
    rows: embedding.points,
    columns: [{ title: 'Model', cell: ({ model }) => model }, { title: 'Group', cell: ({ group }) => markup`${groupMark(group)} ${groupLetter(group)}`, sortBy: ({ group }) => group }, ...components],
  });
}

function varianceFigure(page: PageContext, embedding: Embedding): Markup | false {
  if (embedding.ratios.length === 0) return false;
  return page.figure({
    id: 'variance',
    title: 'Variance explained by each component',
    caption: 'Share of the variance between profiles. The components of the embedding stand out.',
    drawing: drawVarianceBars(page.host, embedding.ratios, embedding.components),
    data: foldedTable({
      id: 'variance-table',
      caption: 'Share of the variance by component',
      rows: embedding.ratios.map((ratio, component) => ({ ratio, component })),
      columns: [
        { title: 'Component', cell: ({ component }) => component + 1 },
        { title: 'Share', numeric: true, cell: ({ ratio }) => percent(ratio, 3) },
      ],
    }),
  });
}
