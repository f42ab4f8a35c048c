import { drawProfileBars } from '../figures/profile-bars.ts';
import { categoryLegend, intervalLegendItem } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, whole } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { Survival, Twin } from '../tables/study.ts';
import { barTable, modelsByMatches, modelTable, twinText } from '../study-tables/model-table.ts';
import { comparisonView } from '../views/compare-view.ts';
import { replicateWords } from '../words/uncertainty-words.ts';

/** Words and captions of the three figures of bars. */
const barWords = {
  matches: ['Matching units', 'Units of each model that match a concept, stacked by the category of the concept.'],
  unique: [
    'Unique concepts',
    'Distinct concepts that the units of each model match. Models stand in the order of their matching units.',
  ],
  redundancy: [
    'Redundancy',
    'Matching units per unique concept, over all concept categories: how many units a model spends on one concept.',
  ],
} as const;

/** The section on single models: their bars, a table of all counts, and two models side by side. */
export function modelsSection(page: PageContext): PageSection {
  const { study } = page;
  const { profiles } = study;
  const order = modelsByMatches(study);
  const { uncertainty } = study;
  const categories = categoryLegend(profiles.categories);
  const intervals = uncertainty === undefined ? [] : [intervalLegendItem];
  const warned = new Set(
    (study.facts.warnings ?? []).map(({ subject }) => subject).filter((name) => profiles.models.includes(name)),
  );
  const bars = (['matches', 'unique', 'redundancy'] as const).map((count) =>
    page.figure({
      id: `bars-${count}`,
      title: barWords[count][0],
      caption: `${barWords[count][1]}${warned.size > 0 && count === 'matches' ? ' A mark (⚠) stands with models that a warning is about (Method and provenance).' : ''}${uncertainty === undefined || count !== 'matches' ? '' : ` Lines are 95 % intervals (${replicateWords(uncertainty)}).`}${uncertainty === undefined || count !== 'unique' ? '' : ' The interval is about what as many units show; it is somewhat narrow where many concepts have a unit or two.'}`,
      ...(count === 'redundancy'
        ? intervals.length === 0
          ? {}
          : { legend: { label: 'Intervals', items: intervals } }
        : { legend: { ...categories, items: [...categories.items, ...intervals] } }),
      draw: () => drawProfileBars(page.host, profiles, count, order, uncertainty?.counts, warned),
      table: barTable(study, order, count),
    }),
  );
  const body = markup`<p>${counted(profiles.models.length, 'model')}, ${counted(profiles.concepts.length, 'concept')} in ${counted(profiles.categories.length, 'concept category', 'concept categories')}. A concept is a label within its category: the same label in two concept categories is two concepts.${survivalText(profiles)}${twinsText(profiles)}</p><div class="trio">${joined(bars)}</div><h3 id="all-models">All models</h3>${modelTable(study).html()}${profiles.models.length > 1 && comparison(page, order)}`;
  return { id: 'models', title: 'Models', body };
}

/** How many of the matches by the gate are better than chance. */
function survivalText({ survival }: PageContext['study']['profiles']): string {
  if (survival === undefined) return '';
  const total = (name: keyof Survival) => survival.reduce((sum, each) => sum + each[name], 0);
  const [passing, surviving, rolled] = [total('passing'), total('surviving'), total('survivingRoll')];
  const share = passing === 0 ? '' : ` (${decimals((100 * surviving) / passing, 0)} %)`;
  return ` Of ${counted(passing, 'unit')} that ${passing === 1 ? 'passes' : 'pass'} the gate ${whole(surviving)}${share} match better than chance: their false-discovery rate q among the units of their model is at most 0.05.${Number.isNaN(rolled) ? '' : ` Of these ${whole(rolled)} ${rolled === 1 ? 'matches' : 'match'} better than labels rolled over the edges of their images too: where in an image the concept lies decides, not only which images have it.`}`;
}

/** How many units of models and of their untrained twins match, and where a twin has as many as its model. */
function twinsText({ twins }: PageContext['study']['profiles']): string {
  if (twins === undefined || twins.size === 0) return '';
  const all = [...twins.entries()];
  const sum = (of: (twin: Twin) => number) => all.reduce((total, [, twin]) => total + of(twin), 0);
  const share = (matches: number, units: number) => (units === 0 ? 0 : matches / units);
  const matched = all
    .filter(([, twin]) => share(twin.matches, twin.units) >= share(twin.matchesOfModel, twin.unitsOfModel))
    .map(([model]) => model);
  const told =
    matched.length === 0
      ? ''
      : ` ${matched.length === 1 ? 'A twin matches' : 'Twins match'} as often as the trained model of: ${matched.join(', ')}; its matches say nothing of what it has learned.`;
  return ` Of the units of ${counted(all.length, 'untrained twin')} (the same network with freshly drawn weights, left out of the embedding) ${twinText({ matches: sum(({ matches }) => matches), units: sum(({ units }) => units) })} match a concept, of the trained ${all.length === 1 ? 'model' : 'models'} ${twinText({ matches: sum(({ matchesOfModel }) => matchesOfModel), units: sum(({ unitsOfModel }) => unitsOfModel) })}.${told}`;
}

function comparison({ data }: PageContext, order: readonly number[]): Markup {
  const [first = 0, second = 0] = [order[0], data.neighbours[order[0] ?? 0]?.[0]?.[0] ?? order[1]];
  const select = (id: string, label: string, chosen: number): Markup =>
    markup`<label>${label} <select id="${id}">${data.models.map((name, model) => (model === chosen ? markup`<option value="${model}" selected>${name}</option>` : markup`<option value="${model}">${name}</option>`))}</select></label>`;
  return markup`<h3 id="compare">Two models side by side</h3><div class="controls" hidden>${select('compare-first', 'First', first)}${select('compare-second', 'Second', second)}<button type="button" id="compare-swap">Swap</button></div><div id="comparison" aria-live="polite">${comparisonView(data, first, second)}</div>`;
}
