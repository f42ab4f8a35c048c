import { joined, markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import type { ProbeColumn, ProbeTask } from '../tables/probes.ts';
import { standings, type Standing } from '../words/probe-standing.ts';
import { taskWords } from '../words/probe-words.ts';
import { drawPanels, fitted, widthOf } from './panel-grid.ts';
import { pixel } from './ticks.ts';

/** Models up to which pairs are drawn; more are listed only. */
export const matrixModels = 40;

/** Sizes of the type. */
const type = { title: 11, name: 11, small: 8.5 } as const;

/** Height of the title of a panel, and of the numbers over its columns. */
const headHeight = 44;

/** Room of the names at most. */
const longestName = 120;

/** How a model stands to another. */
export type PairSign = keyof Omit<Standing, 'model'>;

/** What the panels of a figure share. */
interface MatrixSpace {
  readonly models: readonly string[];
  readonly nameWidth: number;
  readonly cell: number;
}

/** Draws which models differ, with support: a panel for each score, a row and a column for each model. */
export function drawDifferences(task: ProbeTask, order: readonly string[]): Markup {
  const columns = task.columns.filter(({ differences }) => differences.length > 0);
  const compared = new Set(
    columns.flatMap(({ differences }) => differences.flatMap(({ model, other }) => [model, other])),
  );
  const models = order.filter((model) => compared.has(model));
  const cell = models.length <= 12 ? 16 : 13;
  const space = { models, cell, nameWidth: widthOf(models.map(numbered), type.name, longestName) };
  return drawPanels({
    label: `Matrices: ${taskWords(task)}, which of ${String(models.length)} models score better than which, with support`,
    width: Math.max(180, space.nameWidth + 8 + models.length * cell),
    height: headHeight + models.length * cell + 4,
    panels: columns.map((column) => drawPanel(column, space)),
  });
}

/** Sign of a pair in a square of 14 pixels. */
export function pairSign(sign: PairSign): Markup {
  return drawPairs(sign, [pairPath(sign, 7, 7, 14)]);
}

/** Squares of many pairs as one path, which takes a fraction of the room of as many elements. */
function drawPairs(sign: PairSign, paths: readonly string[]): Markup {
  const fill = { better: colour('accent'), worse: 'none', level: colour('quiet') }[sign];
  return markup`<path d="${paths.join('')}" fill="${fill}"${sign === 'worse' && markup` stroke="${colour('alert')}" stroke-width="1.2"`}/>`;
}

function pairPath(sign: PairSign, x: number, y: number, size: number): string {
  const side = sign === 'level' ? 2.4 : size * 0.72;
  const [left, top, length] = [x - side / 2, y - side / 2, side].map(pixel) as [string, string, string];
  return `M${left} ${top}h${length}v${length}h-${length}z`;
}

function drawPanel(column: ProbeColumn, { models, nameWidth, cell }: MatrixSpace): Markup {
  const place = new Map(models.map((model, index) => [model, index]));
  const left = nameWidth + 8;
  const width = left + models.length * cell;
  const across = (index: number): number => left + (index + 0.5) * cell;
  const supported = column.differences.filter((each) => each.supported).length;
  const heads = models.map(
    (_, index) =>
      markup`<text x="${pixel(across(index))}" y="${headHeight - 4}" text-anchor="middle" font-size="${type.small}" fill="${colour('quiet')}">${index + 1}</text>`,
  );
  const rows = standings(column).flatMap((standing) => {
    const row = place.get(standing.model);
    if (row === undefined) return [];
    const y = headHeight + (row + 0.5) * cell;
    const signs = (['better', 'worse', 'level'] as const)
      .filter((sign) => standing[sign].length > 0)
      .map((sign) =>
        drawPairs(
          sign,
          standing[sign].map((other) => pairPath(sign, across(place.get(other) as number), y, cell)),
        ),
      );
    return [
      markup`<g><title>${standingWords(standing)}</title><rect y="${pixel(y - cell / 2)}" width="${pixel(width)}" height="${cell}" fill="transparent"/><text x="${pixel(nameWidth)}" y="${pixel(y + 3.8)}" text-anchor="end" font-size="${type.name}" fill="${colour('ink')}">${fitted(numbered(standing.model, row), nameWidth, type.name)}</text>${joined(signs)}</g>`,
    ];
  });
  const side = models.length * cell;
  return markup`<text y="12" font-size="${type.title}" font-weight="600" fill="${colour('ink')}">${fitted(column.metric, Math.max(180, width), type.title)}</text><text y="26" font-size="10.5" fill="${colour('quiet')}">${supported} of ${column.differences.length} supported</text>${joined(heads)}<rect x="${pixel(left)}" y="${headHeight}" width="${side}" height="${side}" fill="none" stroke="${colour('line')}"/><path d="M${pixel(left)} ${headHeight}l${side} ${side}" stroke="${colour('line')}"/>${joined(rows)}`;
}

/** The number of a model, by which its column is named, and its name. */
function numbered(model: string, index: number): string {
  return `${model} ${String(index + 1)}`;
}

function standingWords({ model, better, worse, level }: Standing): string {
  const parts = [
    ['better than', better],
    ['worse than', worse],
    ['not told apart from', level],
  ] as const;
  const said = parts.filter(([, names]) => names.length > 0).map(([words, names]) => `${words} ${names.join(', ')}`);
  return `${model}: ${said.length === 0 ? 'not compared' : said.join('; ')}`;
}
