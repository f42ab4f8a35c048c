import { modelLegend, movedLegendItem, newLegendItem } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import type { PageContext } from '../page/page-context.ts';
import { changeTable } from '../study-tables/change-table.ts';
import { drawChange, farthestMoves } from '../views/change-view.ts';
import { changeSentences } from '../words/change-words.ts';

/** What is new since an earlier run, and how far the other models moved; nothing where no earlier run was given. */
export function changeBlock(page: PageContext): Markup | false {
  const { change, embedding } = page.study;
  if (change === undefined) return false;
  const sentences = changeSentences(change).map((text) => markup`<p>${text}</p>`);
  const table = changeTable(change);
  const groups = modelLegend(page.data);
  const figure =
    embedding === undefined || !change.isDetermined
      ? table.html()
      : page.figure({
          id: 'changes',
          title: 'Where the models stood, and where they stand',
          caption:
            'Arrows lead from the last run’s places to the present ones. The last run’s were first laid on the present ones by the shift, rotation and reflection that fit best over the shared models (orthogonal Procrustes, nothing scaled): only what a new embedding changes between models is left.',
          legend: {
            ...groups,
            items: [...groups.items, movedLegendItem, ...(change.added.length > 0 ? [newLegendItem] : [])],
          },
          aside: markup`<div class="panel">${farthestMoves(change)}</div>`,
          draw: () => drawChange(embedding, change, 760, 460),
          table,
          tableTitle: 'How far each model moved',
        });
  return markup`<h3 id="since">Since the last run</h3>${joined(sentences)}${figure}`;
}
