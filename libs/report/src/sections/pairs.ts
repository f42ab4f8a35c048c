import { drawTogether, togetherSteps } from '../figures/together-matrix.ts';
import { stepLegend } from '../page/legend.ts';
import { markup, type Markup } from '../page/markup.ts';
import type { PageContext } from '../page/page-context.ts';
import { foldedTable } from '../page/table-view.ts';
import { nearestTable, standingTable } from '../study-tables/uncertainty-tables.ts';
import type { Embedding } from '../tables/study.ts';
import { replicateWords } from '../words/uncertainty-words.ts';

/** Models up to which the matrix of all pairs is drawn; more are listed only. */
const matrixModels = 60;

/** How sure categories and nearest models are: who stands together, and who is nearest to whom. */
export function pairsBlock(page: PageContext, { points, groups }: Embedding): Markup | false {
  const { uncertainty } = page.study;
  if (uncertainty === undefined || uncertainty.pairs.size === 0) return false;
  const place = (model: string): number => uncertainty.clouds.get(model)?.order ?? 0;
  const models = [...points]
    .sort((a, b) => place(a.model) - place(b.model))
    .map(({ model, group }) => ({ name: model, group }));
  const together = (a: number, b: number): number =>
    uncertainty.pairs.get(models[a]?.name ?? '')?.get(models[b]?.name ?? '')?.togetherShare ?? Number.NaN;
  const nearest = nearestTable(uncertainty);
  const all = standingTable(uncertainty);
  if (groups < 2 || models.length < 2 || models.length > matrixModels)
    return markup`${foldedTable(nearest, 'Nearest models, and how often they stay')}${foldedTable(all, 'All pairs of models')}`;
  const figure = page.figure({
    id: 'together',
    title: 'How often two models stand in one category',
    caption: `Share of the replicates in which k-means puts both into one category (${replicateWords(uncertainty)}). Models stand in the consensus order (average linkage): categories that hold are full squares along the diagonal, empty cells are pairs that never stand together. Letters and colours of the names tell the category above.`,
    legend: stepLegend('Share of the replicates', 'amount', togetherSteps, 'never'),
    draw: () => drawTogether(models, together),
    table: all,
    tableTitle: 'All pairs of models',
  });
  return markup`${figure}${foldedTable(nearest, 'Nearest models, and how often they stay')}`;
}
