import { drawStudy } from './draw-study.ts';
import { standAloneFigure } from './figures/stand-alone.ts';
import type { FigureBlock } from './page/figure-block.ts';
import { modelScatterTable, surfaceGridTable } from './study-tables/figure-tables.ts';
import { modelLegend } from './page/legend.ts';
import type { PageContext } from './page/page-context.ts';
import { namedColours } from './page/palette.ts';
import type { ReportTables } from './tables/report-tables.ts';
import { drawRelation, relationVerdict } from './views/relation-view.ts';
import { drawSurface, surfaceLegend, surfaceVerdict } from './views/surface-view.ts';
import { capital } from './words/capital.ts';
import { figureNames } from './words/figure-name.ts';
import { columnWords, predictorWords } from './words/predictor-words.ts';

/** A figure as files. */
export interface FigureFile {
  /** Name without an ending, safe in every file system. */
  readonly name: string;
  /** One line that says what the figure shows. */
  readonly title: string;
  /** Drawing that stands alone, in the colours of the light scheme. */
  readonly svg: string;
  /** Numbers behind the figure in full precision; undefined where the figure has no table of its own. */
  readonly csv?: string;
}

/**
 * Draws every figure of a report as a file of its own, and a surface for each score column and a scatter for each
 * supported relation besides.
 */
export async function renderFigures(tables: ReportTables): Promise<readonly FigureFile[]> {
  const { page } = await drawStudy(tables, { kind: 'embedded', megabytes: 0 });
  const onPage = page.figures.filter(({ id }) => id !== 'surface' && id !== 'relation');
  const blocks = [...onPage, ...surfaces(page), ...supportedRelations(page)];
  const names = figureNames(blocks.map(({ id }) => id));
  return blocks.map((block, index): FigureFile => {
    const csv = block.table?.csv();
    return {
      name: names[index] ?? block.id,
      title: block.title,
      svg: standAloneFigure(block.draw().toString(), block, (name) => namedColours[name]?.light),
      ...(csv === undefined ? {} : { csv }),
    };
  });
}

/** A PNG of a figure. */
export async function figurePng({ svg }: Pick<FigureFile, 'svg'>, pixelsPerUnit = 2): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return new Uint8Array(
    await sharp(Buffer.from(svg), { density: 72 * pixelsPerUnit })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  );
}

function surfaces({ data, study }: PageContext): readonly FigureBlock[] {
  const { tasks } = data;
  if (tasks === null || study.tasks === undefined) return [];
  return study.tasks.surfaces.flatMap(({ column, x, y, scores }) => {
    const [short, target] = [tasks.surfaces[column], tasks.columns[column]];
    if (short === null || short === undefined || target === undefined) return [];
    const cells = y.flatMap((pc2, row) =>
      x.map((pc1, at) => ({ pc1, pc2, score: scores[row * x.length + at] ?? Number.NaN })),
    );
    return [
      {
        id: `surface-${target.column}`,
        title: `Predicted ${columnWords(target)} over components 1 and 2`,
        caption: surfaceVerdict(short),
        legend: surfaceLegend(data, short),
        draw: () => drawSurface(data, tasks, column, short, 760, 480),
        table: surfaceGridTable(target.column, cells),
      },
    ];
  });
}

function supportedRelations({ data }: PageContext): readonly FigureBlock[] {
  const { tasks } = data;
  if (tasks === null) return [];
  return tasks.relations.flatMap((row, column) =>
    row.flatMap((relation, predictor) => {
      const [target, name] = [tasks.columns[column], tasks.predictors[predictor]];
      if (relation === null || relation[8] !== 1 || target === undefined || name === undefined) return [];
      return [
        {
          id: `relation-${name}-${target.column}`,
          title: capital(`${columnWords(target)} over ${predictorWords(name)}`),
          caption: '',
          legend: modelLegend(data),
          verdict: relationVerdict(tasks, column, predictor),
          draw: () => drawRelation(data, tasks, { column, predictor, width: 640, height: 400 }),
          table: modelScatterTable(data, tasks, column, name),
        },
      ];
    }),
  );
}
