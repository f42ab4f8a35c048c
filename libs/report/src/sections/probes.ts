import { drawDifferences, matrixModels, pairSign } from '../figures/difference-matrix.ts';
import { drawScoreDots, scoreSign } from '../figures/score-dots.ts';
import type { Legend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { whole } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { foldedTable } from '../page/table-view.ts';
import { bestTable, differenceTable, probeScoreTable, standingTable } from '../study-tables/probe-tables.ts';
import type { Probes, ProbeTask } from '../tables/probes.ts';
import { capital } from '../words/capital.ts';
import { figureNames } from '../words/figure-name.ts';
import { differenceMethod, orderWords, probeMethod, taskWords } from '../words/probe-words.ts';

/** Heading of the section, on the page and in Markdown. */
export const probesTitle = 'Scores on one’s own tasks';

/** Models from which on pairs are drawn: two are told by their table. */
const fewestDrawn = 3;

/** Differences up to which their table lies open. */
const differencesOpen = 60;

/** A kind of task with the names of its figures. */
interface NamedTask {
  readonly task: ProbeTask;
  readonly dots: string;
  readonly matrix: string;
}

/** The section on scores of one's own tasks, or undefined where there are none. */
export function probesSection(page: PageContext): PageSection | undefined {
  const { probes } = page.study;
  if (probes === undefined) return undefined;
  const names = figureNames(
    probes.tasks.flatMap(({ dataset, task }) => [`scores ${dataset} ${task}`, `differences ${dataset} ${task}`]),
  );
  const tasks = probes.tasks.map((task, index) => ({
    task,
    dots: names[2 * index] as string,
    matrix: names[2 * index + 1] as string,
  }));
  const method = probeMethod(probes).map((text) => markup`<p>${text}</p>`);
  const datasets = [...new Set(probes.tasks.map(({ dataset }) => dataset))].map(
    (dataset) =>
      markup`<h3>${dataset}</h3>${tasks.filter(({ task }) => task.dataset === dataset).map((each) => dotFigure(page, probes, each))}`,
  );
  const body = markup`${keyNumbers(probes)}${joined(method)}${probes.models.length > 1 && markup`<p>${orderWords}</p>`}${joined(datasets)}<h3 id="probe-differences">Differences between models</h3><p>${differenceMethod(probes)}</p>${differences(page, probes, tasks)}`;
  return { id: 'probes', title: probesTitle, body };
}

function keyNumbers({ models, tasks }: Probes): Markup {
  const columns = tasks.flatMap((task) => task.columns);
  const pairs = columns.flatMap((column) => column.differences);
  const numbers = [
    [models.length, 'model', 'models'],
    [new Set(tasks.map(({ dataset }) => dataset)).size, 'data set', 'data sets'],
    [columns.length, 'score of each', 'scores of each'],
    ...(pairs.length === 0
      ? []
      : [
          [pairs.filter(({ supported }) => supported).length, 'supported difference', 'supported differences'] as const,
        ]),
  ] as const;
  return markup`<dl class="key-numbers">${numbers.map(([count, one, many]) => markup`<div><dt>${count === 1 ? one : many}</dt><dd>${whole(count)}</dd></div>`)}</dl>`;
}

function dotFigure(page: PageContext, { models }: Probes, { task, dots }: NamedTask): Markup {
  const lows = task.columns.flatMap(({ scores }) => scores.map(({ low }) => Number.isFinite(low)));
  return page.figure({
    id: dots,
    title: capital(taskWords(task)),
    caption: `A row for each model, a scale of its own for each score.${task.columns.some(({ higherIsBetter }) => !higherIsBetter) ? ' Errors are better where they are lower.' : ''}`,
    legend: dotLegend(lows),
    draw: () => drawScoreDots(task, models),
    table: probeScoreTable(`${dots}-table`, task),
    tableTitle: 'Scores, intervals, and what validation chose',
  });
}

function dotLegend(haveIntervals: readonly boolean[]): Legend {
  return {
    label: 'Scores',
    items: [
      ...(haveIntervals.includes(true) ? [{ text: 'score with its 95 % interval', sign: scoreSign(true) }] : []),
      ...(haveIntervals.includes(false) ? [{ text: 'score without interval', sign: scoreSign(false) }] : []),
    ],
  };
}

function differences(page: PageContext, probes: Probes, tasks: readonly NamedTask[]): Markup | false {
  const all = differenceTable(probes);
  if (all.rows === 0) return false;
  const { length } = probes.models;
  const isDrawn = length >= fewestDrawn && length <= matrixModels;
  const drawn = tasks.filter(({ task }) => isDrawn && task.columns.some((column) => column.differences.length > 0));
  return markup`${bestTable(probes).html()}${drawn.map((each) => matrixFigure(page, probes, each))}${
    all.rows <= differencesOpen
      ? markup`<h3>All differences</h3>${all.html()}`
      : foldedTable(all, 'All differences with their intervals')
  }`;
}

function matrixFigure(page: PageContext, { models }: Probes, { task, matrix }: NamedTask): Markup {
  return page.figure({
    id: matrix,
    title: `Supported differences: ${taskWords(task)}`,
    caption:
      'How the model of a row stands to the model of each column; columns bear the numbers of the models. The table names them.',
    legend: {
      label: 'Pairs of models',
      items: [
        { text: 'row better than column', sign: pairSign('better') },
        { text: 'row worse than column', sign: pairSign('worse') },
        { text: 'not told apart', sign: pairSign('level') },
      ],
    },
    draw: () => drawDifferences(task, models),
    table: standingTable(`${matrix}-table`, task),
    tableTitle: 'Who is better than whom',
  });
}
