import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, probability } from '../page/number-text.ts';
import type { PageTasks } from '../page/page-data.ts';
import { pixel } from '../figures/ticks.ts';
import { colour } from '../page/palette.ts';

/** Concepts listed for a score column. */
export const needsListed = 15;

/** Ranks the concepts whose weight goes with a score: "the kind of visual concept that a task needs". */
export function needsView({ links, linkCounts, columns }: PageTasks, column: number): Markup {
  const ranked = links[column] ?? [];
  if (ranked.length === 0) return markup`<p class="quiet">No concept was related to this score.</p>`;
  const supported = ranked.filter(([, , , , , flag]) => flag === 1).length;
  const rows = ranked.slice(0, Math.max(needsListed, supported)).map(([concept, category, pearson, p, q, flag]) => {
    const step = pearson < 0 ? 1 : 9;
    const bar = markup`<svg class="twobars" viewBox="-100 0 200 8" preserveAspectRatio="none" aria-hidden="true"><rect x="${pixel(Math.min(0, pearson * 100))}" width="${pixel(Math.abs(pearson) * 100)}" height="8" fill="${colour(`diverging-${String(step)}`)}"/><rect x="-0.5" width="1" height="8" fill="${colour('quiet')}"/></svg>`;
    return markup`<tr><th scope="row">${flag === 1 && markup`<span title="supported">● </span>`}${concept} <span class="quiet">${category}</span></th><td class="bar">${bar}</td><td class="number">${decimals(pearson, 2)}</td><td class="number">${probability(p ?? Number.NaN)}</td><td class="number">${probability(q ?? Number.NaN)}</td></tr>`;
  });
  const lower = columns[column]?.higherIsBetter === false;
  return markup`<p>${supported === 0 ? `None of ${counted(linkCounts[column] ?? ranked.length, 'concept')} is supported for this score; the strongest correlations are listed as a lead, not as a result.` : `${counted(supported, 'concept')} of ${String(linkCounts[column] ?? ranked.length)} ${supported === 1 ? 'is' : 'are'} supported (●).`}${lower && ' The score is an error: a negative correlation goes with better models.'}</p><div class="scroll" role="region" aria-label="Concepts ranked by their correlation" tabindex="0"><table class="mini"><thead><tr><th scope="col">Concept</th><td></td><th scope="col" class="number">Pearson</th><th scope="col" class="number">p</th><th scope="col" class="number">q</th></tr></thead><tbody>${joined(rows)}</tbody></table></div>`;
}
