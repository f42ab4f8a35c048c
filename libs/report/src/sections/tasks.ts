import { modelLegend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { foldedTable } from '../page/table-view.ts';
import { modelScatterTable, surfaceModelTable } from '../study-tables/figure-tables.ts';
import { conceptLinkTable, familyTable, relationTable, surfaceTable } from '../study-tables/task-tables.ts';
import type { RelationRules, Tasks } from '../tables/study.ts';
import { drawRelationMap } from '../figures/relation-map.ts';
import { needsListed, needsView } from '../views/needs-view.ts';
import { relationModels, surfaceModels } from '../views/relation-table.ts';
import { drawRelation, relationFacts, relationVerdict } from '../views/relation-view.ts';
import { drawSurface, surfaceFacts, surfaceLegend } from '../views/surface-view.ts';
import { capital } from '../words/capital.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { unmetSummary } from '../words/relation-verdict.ts';
import { relationGrid, relationLegend } from './relation-grid.ts';

/** The section on what goes with scores, or undefined where nothing was related to them. */
export function tasksSection(page: PageContext): PageSection | undefined {
  const { study, data } = page;
  const { tasks } = study;
  if (tasks === undefined || data.tasks === null || !isRelated(tasks)) return undefined;
  const explored = strongestPair(data.tasks);
  const body = markup`${tasks.relations.length > 0 && relationIntroduction(tasks)}<div class="map-and-detail">${tasks.relations.length > 0 && relationFigure(page, tasks)}<div class="detail">${detail(page, data, data.tasks, explored)}</div></div>${tasks.families.length > 0 && foldedTable(familyTable(tasks), 'Families of models')}${explorer(page, data, data.tasks, explored.column, tasks)}`;
  return { id: 'tasks', title: 'Tasks', body };
}

function isRelated({ relations, conceptLinks, surfaces }: Tasks): boolean {
  return relations.length > 0 || conceptLinks.length > 0 || surfaces.length > 0;
}

function relationIntroduction(tasks: Tasks): Markup {
  const { rules, relations } = tasks;
  const supported = relations.filter((relation) => relation.supported).length;
  const others = unmetSummary(relations, rules);
  return markup`<p>${counted(tasks.predictors.length, 'property', 'properties')} of the models against ${counted(tasks.columns.length, 'score column')}.${rules.rule !== '' && markup` A relation counts as <strong>supported</strong> only where ${rules.rule}.`} ${
    supported === 0
      ? markup`<strong>No relation of this study is supported</strong>: with so few models and so many pairs, correlations of this size arise by chance.`
      : `${String(supported)} of ${counted(relations.length, 'relation')} ${supported === 1 ? 'is' : 'are'} supported.`
  }${others !== '' && ` ${others}`}${tasks.predictors.includes('matches') && ' “All” is the trivial baseline, the number of matching units.'}</p>${powerBlock(rules)}`;
}

function relationFigure(page: PageContext, tasks: Tasks): Markup {
  const { relations } = tasks;
  const supported = relations.filter((relation) => relation.supported).length;
  return page.figure({
    id: 'relations',
    verdict: `${String(supported)} of ${counted(relations.length, 'relation')} ${supported === 1 ? 'is' : 'are'} supported.`,
    title: 'Correlation of model properties with task scores',
    caption: markup`Pearson correlation over the models that have both. Supported relations carry a dot (●) and a frame, the others are faint. Colour tells whether more of a property goes with better or worse scores; of scores marked ↓, which are errors, lower is better.<span class="with-script" hidden> Choose a cell to see its models.</span>`,
    draw: () => (page.data.tasks === null ? markup`` : drawRelationMap(page.data.tasks)),
    instead: markup`${relationLegend()}${relationGrid(tasks)}`,
    table: relationTable(tasks),
    tableTitle: 'All relations with their intervals',
  });
}

/** Statements of power that stand in the text; those of fewer models are of few relations. */
const powersShown = 2;

/** What so few models can show at all. */
function powerBlock({ power }: RelationRules): Markup | false {
  return power.length > 0 && markup`<p id="power">${power.slice(0, powersShown).join(' ')}</p>`;
}

function explorer(page: PageContext, data: PageData, tasks: PageTasks, column: number, source: Tasks): Markup {
  const target = tasks.columns[column];
  const surface = tasks.surfaces[column];
  const scoreWords = target === undefined ? '' : columnWords(target);
  return markup`${
    surface !== null &&
    surface !== undefined &&
    page.figure({
      id: 'surface',
      title: `Predicted ${scoreWords} over components 1 and 2`,
      caption: markup`The score that the nearest models would predict at each place of the embedding; marks are models with their own scores. Colours fade with the distance from the models. A surface that predicts models it has not seen no better than their mean does is not drawn.`,
      legend: surfaceLegend(data, surface),
      aside: markup`<div class="panel" id="surface-facts" aria-live="polite">${surfaceFacts(surface)}</div>`,
      draw: () => drawSurface(data, tasks, column, surface, 760, 480),
      table: {
        ...surfaceModelTable(data, tasks, column),
        html: () => markup`<div id="surface-models">${surfaceModels(data, tasks, column)}</div>`,
      },
    })
  }${surfaceErrors(source)}${tasks.linkCounts.some((count) => count > 0) && markup`<h3 id="needs">Concepts that go with <span id="needs-score">${scoreWords}</span></h3><div id="needs-list" aria-live="polite">${needsView(tasks, column)}</div>${linkFold(source)}`}`;
}

/** The relation that is chosen, with the choice of score and property. */
function detail(
  page: PageContext,
  data: PageData,
  tasks: PageTasks,
  { column, predictor }: { readonly column: number; readonly predictor: number },
): Markup {
  const target = tasks.columns[column];
  const scoreWords = target === undefined ? '' : columnWords(target);
  const columns = tasks.columns.map((each, index) => option(index, columnWords(each), index === column));
  const predictors = tasks.predictors.map((name, index) => option(index, predictorWords(name), index === predictor));
  const hasRelations = tasks.relations.some((row) => row.some((relation) => relation !== null));
  return markup`<h3 id="explore">One score in detail</h3><div class="controls" id="score-controls" hidden><label>Score <select id="score-column">${joined(columns)}</select></label>${hasRelations && markup`<label>Property <select id="score-predictor">${joined(predictors)}</select></label>`}</div>${
    hasRelations &&
    page.figure({
      id: 'relation',
      verdict: relationVerdict(tasks, column, predictor),
      title: `${capital(scoreWords)} over ${predictorWords(tasks.predictors[predictor] ?? '')}`,
      caption:
        'Models that have both, with the line of least squares and its 95 % confidence band. The interval says which correlations the data are compatible with, the band behind it what becomes of the correlation when any one family of models is left out; “given” is what is left of it beside another property of the models.',
      legend: modelLegend(data),
      draw: () => drawRelation(data, tasks, { column, predictor, width: 640, height: 400 }),
      aside: markup`<div class="panel" id="relation-facts" aria-live="polite">${relationFacts(tasks, column, predictor)}</div>`,
      table: {
        ...modelScatterTable(data, tasks, column, tasks.predictors[predictor] ?? ''),
        html: () => markup`<div id="relation-models">${relationModels(data, tasks, column, predictor)}</div>`,
      },
    })
  }`;
}

function surfaceErrors(source: Tasks): Markup | false {
  const table = surfaceTable(source);
  return table.rows > 0 && foldedTable(table, 'Errors of all surfaces');
}

function linkFold(tasks: Tasks): Markup {
  const table = conceptLinkTable(tasks, needsListed);
  return markup`<details class="data"><summary>The ${needsListed} strongest concepts of every score</summary>${table.html()}</details>`;
}

/** The pair that the page shows first: a supported one if there is any, else the strongest. */
function strongestPair({ relations, surfaces }: PageTasks): { readonly column: number; readonly predictor: number } {
  let best = {
    column: Math.max(
      0,
      surfaces.findIndex((surface) => surface !== null),
    ),
    predictor: 0,
    rank: -1,
  };
  relations.forEach((row, column) => {
    row.forEach((relation, predictor) => {
      const rank = relation === null ? -1 : Math.abs(relation[1] ?? 0) + relation[8] * 2;
      if (rank > best.rank) best = { column, predictor, rank };
    });
  });
  return best;
}

function option(value: number, text: string, selected: boolean): Markup {
  return selected
    ? markup`<option value="${value}" selected>${text}</option>`
    : markup`<option value="${value}">${text}</option>`;
}
