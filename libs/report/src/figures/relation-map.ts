import { joined, markup, type Markup } from '../page/markup.ts';
import { decimals } from '../page/number-text.ts';
import { colour, meaningStep } from '../page/palette.ts';
import type { PageTasks } from '../page/page-data.ts';
import { columnWords, predictorFamily, predictorHeading } from '../words/predictor-words.ts';
import { textWidth } from './label-candidates.ts';
import { pixel } from './ticks.ts';

const [cellWidth, cellHeight] = [44, 20];

/**
 * Draws the relations as a heat map for files: scores down, properties across, numbers in the cells, supported ones
 * framed.
 */
export function drawRelationMap({ columns, predictors, relations }: PageTasks): Markup {
  const labels = columns.map(
    (column) =>
      `${column.task === '' ? '' : `${column.task}: `}${columnWords(column)}${column.higherIsBetter ? '' : ' ↓'}`,
  );
  const left = 18 + Math.max(0, ...labels.map((label) => textWidth(label, 11)));
  const top = 52;
  const width = left + predictors.length * cellWidth + 8;
  const height = top + columns.length * cellHeight + 8;
  const cells = relations.flatMap((row, column) =>
    row.map((relation, predictor) => {
      const [x, y] = [left + predictor * cellWidth, top + column * cellHeight];
      const [pearson, supported] = [relation?.[1] ?? Number.NaN, relation?.[8] === 1];
      const step = meaningStep(pearson, columns[column]?.higherIsBetter ?? true);
      const ink = supported && (step <= 1 || step >= 9) ? colour('panel') : colour('ink');
      if (!Number.isFinite(pearson))
        return markup`<text x="${pixel(x + cellWidth / 2)}" y="${y + 14}" text-anchor="middle" font-size="10.5" fill="${colour('quiet')}">–</text>`;
      return markup`<rect x="${pixel(x + 0.5)}" y="${y + 0.5}" width="${cellWidth - 1}" height="${cellHeight - 1}" fill="${colour(`diverging-${String(step)}`)}"${!supported && markup` fill-opacity="0.35"`}${supported && markup` stroke="${colour('ink')}" stroke-width="2"`}/><text x="${pixel(x + cellWidth / 2)}" y="${y + 14}" text-anchor="middle" font-size="10.5" fill="${ink}">${supported ? '●' : ''}${decimals(pearson, 2)}</text>`;
    }),
  );
  const names = predictors.map(
    (predictor, index) =>
      markup`<text x="${pixel(left + (index + 0.5) * cellWidth)}" y="${top - 8}" text-anchor="middle" font-size="10.5" fill="${colour('ink')}">${predictorHeading(predictor)}</text>`,
  );
  const families = predictors.map((predictor, index) => {
    const family = predictorFamily(predictor);
    const first = index === 0 || predictorFamily(predictors[index - 1] as string) !== family;
    return (
      first &&
      markup`<text x="${pixel(left + index * cellWidth + 3)}" y="${top - 28}" font-size="11" font-weight="600" fill="${colour('ink')}">${family}</text>`
    );
  });
  const rows = labels.map(
    (label, index) =>
      markup`<text x="${pixel(left - 8)}" y="${top + index * cellHeight + 14}" text-anchor="end" font-size="11" fill="${colour('ink')}">${label}</text>`,
  );
  return markup`<svg class="figure" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${pixel(width)} ${height}" width="${pixel(width)}" height="${height}" role="img" aria-label="Heat map of ${columns.length} scores and ${predictors.length} properties" font-family="system-ui, sans-serif">${joined(families)}${joined(names)}${joined(rows)}${joined(cells)}</svg>`;
}
