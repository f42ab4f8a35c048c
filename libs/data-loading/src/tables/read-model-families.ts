import { modelFamilySchema, type ModelFamilyBatch } from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';
import { missingColumn, type ReadCsvOptions } from './csv-table.ts';
import { keyOf } from './known-score-columns.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';
import { findModelColumn, openScoreRows } from './score-rows.ts';

/** Options of {@link readModelFamilies}. */
export interface ReadModelFamiliesOptions extends ReadCsvOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
}

/**
 * Reads which models are of which family: the columns model, family and, if it is there, reason of a table (CSV, Arrow
 * IPC, or a table of a Markdown file), whatever else it holds, such as scores. A model may stand in several rows; one
 * without a family is in none.
 *
 * @returns one row a model, in the order of first sight
 * @throws InputError `COLUMN_MISSING`, `TABLE_EMPTY`, `FAMILY_TWICE` for a model of two families,
 *   `MODEL_NAMES_COLLIDE`, `FILE_MISSING`, with file and line.
 * @example
 * await readModelFamilies('families.csv');
 */
export async function readModelFamilies(
  file: string,
  { modelNames = 'exact', ...csv }: ReadModelFamiliesOptions = {},
): Promise<ModelFamilyBatch> {
  const names = new ModelNames(modelNames);
  const found = new Map<string, { readonly family: string; readonly reason: string; readonly line: number }>();
  for await (const { headings, rows } of openScoreRows(file, csv)) {
    const [model, family, reason] = [
      findModelColumn(headings),
      findColumn(headings, 'family'),
      findColumn(headings, 'reason'),
    ];
    if (model === undefined) throw missingColumn(file, ['model', 'name'], headings);
    if (family === undefined) throw missingColumn(file, ['family'], headings);
    for await (const { cells, line } of rows([model, family, ...(reason === undefined ? [] : [reason])])) {
      const [name, group] = [names.read(cells[model] ?? '', file, line), (cells[family] ?? '').trim()];
      if (group === '') continue;
      const earlier = found.get(name);
      if (earlier !== undefined && earlier.family !== group)
        throw new InputError(
          'FAMILY_TWICE',
          `"${name}" is of the families "${earlier.family}" (line ${String(earlier.line)}) and "${group}"`,
          { file, line, models: [name], expected: 'one family for each model', hint: 'Correct one of the rows.' },
        );
      const why = reason === undefined ? '' : (cells[reason] ?? '').trim();
      found.set(name, { family: group, reason: earlier?.reason || why, line: earlier?.line ?? line });
    }
  }
  if (found.size === 0)
    throw new InputError('TABLE_EMPTY', 'the table names no family', {
      file,
      expected: 'at least one row with a model and its family',
      hint: 'Check that the file was written whole.',
    });
  const all = [...found.values()];
  return buildBatch(modelFamilySchema, {
    model: [...found.keys()],
    family: all.map((row) => row.family),
    reason: all.map((row) => row.reason),
  });
}

/** Place of a column, whatever the case of its heading; undefined where there is none. */
function findColumn(headings: readonly string[], name: string): number | undefined {
  const index = headings.findIndex((heading) => keyOf(heading) === name);
  return index < 0 ? undefined : index;
}
