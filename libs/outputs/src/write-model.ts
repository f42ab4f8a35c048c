import { readdirSync } from 'node:fs';
import path from 'node:path';
import { unitTestHeadings } from '@intermodel/data-loading';
import { bestPerCategory, diffPresets, type CategoryMatch, type DissectionPreset } from '@intermodel/concept-matching';
import {
  intervalColumn,
  isResampled,
  isRolled,
  isTested,
  matchSchemaOf,
  matchScoreOf,
  scoreColumn,
  testColumn,
  type UnitIntervalColumn,
  unitConceptOverlapSchema,
  unitMatchSchema,
  unitThresholdSchema,
  type UnitConceptOverlapBatch,
  type UnitMatchBatch,
  type UnitTestColumn,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import {
  column,
  csvText,
  manifestFile,
  readNumbers,
  readStrings,
  spreadsheetCsv,
  stageFolder,
  writeArrowFile,
  writeFileAtomically,
  type CsvValue,
} from '@intermodel/streams';
import { manifestFiles, manifestTables, manifestText, type ManifestInput } from './manifest.ts';
import type { ReportChoices } from './report-choices.ts';

/** Matches of a layer under one preset, with the thresholds that they follow from: one row a unit. */
export interface MatchTables {
  /** Thresholds. */
  readonly thresholds: UnitThresholdBatch;
  /** Matches. */
  readonly matches: UnitMatchBatch;
}

/** What a dissection found in one layer. */
export interface LayerTables extends MatchTables {
  /** Gives the counts, from which any score can be computed again. */
  readonly overlaps: () => Promise<UnitConceptOverlapBatch>;
  /** Matches under a second preset, if one was asked for. */
  readonly diff: MatchTables | undefined;
}

/** Presets that a model was dissected with. */
export interface ModelPresets {
  /** That of the study. */
  readonly matching: DissectionPreset;
  /** The second one. */
  readonly diffMatching?: DissectionPreset | undefined;
}

/** What is recorded beside the tables of a model. */
export interface ModelRecord {
  /** All options after presets and defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that were read. */
  readonly inputs: readonly ManifestInput[];
  /** Things that a reader should know. */
  readonly warnings: readonly string[];
}

/** Settings of {@link writeModel}. */
export interface WriteModelOptions extends Pick<ReportChoices, 'spreadsheetCsv'> {
  /** Is called once all is written aside, before the folder of an earlier run is replaced. @default nothing is */
  readonly onReplace?: () => void;
}

/** Names of all files that {@link writeModel} can write: what else lies in the folder of a model is the user's. */
export const modelFileNames: ReadonlySet<string> = new Set([
  'matches.arrow',
  'thresholds.arrow',
  'overlaps.arrow',
  'unit-categories.csv',
  'units.csv',
  'diff.csv',
  manifestFile,
]);

/**
 * Writes the tables of one model, its folder whole or not at all, but for files of other names, which stay: `units.csv`
 * (every unit, those below the gate too), `unit-categories.csv` (the best concept of each category), `matches.arrow`,
 * `thresholds.arrow`, `overlaps.arrow`, with a second preset `diff.csv`, and `manifest.json`; returns
 * the names of these files.
 *
 * @throws MachineError `WRITE_FAILED`; InputError `OUTPUT_NOT_EMPTY`.
 */
export async function writeModel(
  folder: string,
  layers: readonly LayerTables[],
  record: ModelRecord,
  { matching, diffMatching }: ModelPresets,
  { spreadsheetCsv: isForSpreadsheets = false, onReplace }: WriteModelOptions = {},
): Promise<readonly string[]> {
  const csv = (text: string) => (isForSpreadsheets ? spreadsheetCsv(text) : text);
  const counts: UnitConceptOverlapBatch[] = [];
  for (const layer of layers) counts.push(await layer.overlaps());
  const staged = stageFolder(folder, modelFileNames);
  const file = (name: string) => path.join(staged.path, name);
  try {
    const matches = layers.map((layer) => layer.matches);
    const thresholds = layers.map((layer) => layer.thresholds);
    const [first] = matches;
    writeArrowFile(file('matches.arrow'), first === undefined ? unitMatchSchema : matchSchemaOf(first), matches);
    writeArrowFile(file('thresholds.arrow'), unitThresholdSchema, thresholds);
    writeArrowFile(file('overlaps.arrow'), unitConceptOverlapSchema, counts);
    writeFileAtomically(file('units.csv'), csv(unitsCsv(layers)));
    writeFileAtomically(
      file('unit-categories.csv'),
      csv(
        unitCategoriesCsv(
          counts.flatMap((overlaps) => bestPerCategory(overlaps, matching)),
          matching.score,
        ),
      ),
    );
    if (diffMatching !== undefined)
      writeFileAtomically(file('diff.csv'), csv(diffCsv(layers, { matching, diffMatching })));
    const tables = manifestTables({ matches: matches[0], thresholds: thresholds[0], overlaps: counts[0] });
    writeFileAtomically(
      file(manifestFile),
      manifestText({
        command: 'dissect',
        ...record,
        tables,
        files: manifestFiles(staged.path, readdirSync(staged.path)),
      }),
    );
    const files = readdirSync(staged.path).sort();
    // A file that is not listed would be taken for the user's own the next time.
    for (const name of files)
      if (!modelFileNames.has(name)) throw new RangeError(`writeModel: ${name} is not among modelFileNames`);
    onReplace?.();
    staged.commit();
    return files;
  } catch (error) {
    staged.discard();
    throw error;
  }
}

/**
 * Text of `units.csv`: model, layer, unit, threshold, activeFraction, concept, category, iou, one row a unit; where
 * another score was matched by, that too, in a column of its name; where matches were tested against chance,
 * expected_iou, chance_lift, p, p_family and q, and where they were tested against rolled labels too, p_roll, p_family_roll and
 * q_roll; where images were resampled, iou_low and iou_high.
 */
export function unitsCsv(layers: readonly MatchTables[]): string {
  const [first] = layers;
  const scoreName = first === undefined ? 'iou' : matchScoreOf(first.matches);
  const rows = layers.flatMap(({ matches, thresholds }) => {
    const threshold = column(thresholds, 'threshold');
    const fraction = readNumbers(column(thresholds, 'activeFraction'));
    return matchRows(matches).map((row, index) => ({
      ...row,
      threshold: threshold.get(index),
      activeFraction: fraction[index],
    }));
  });
  const cell = (name: keyof (typeof rows)[number]) => ({ name, cell: (row: number) => rows[row]?.[name] });
  return csvText(
    [
      cell('model'),
      cell('layer'),
      cell('unit'),
      cell('threshold'),
      cell('activeFraction'),
      cell('concept'),
      cell('category'),
      cell('iou'),
      ...scoreCell(scoreName, (row) => rows[row]?.score),
      ...(first !== undefined && isTested(first.matches) ? testCells(layers.map(({ matches }) => matches)) : []),
      ...(first !== undefined && isResampled(first.matches) ? intervalCells(layers.map(({ matches }) => matches)) : []),
    ],
    rows.length,
  );
}

/** Columns of tests against chance. */
function testCells(matches: readonly UnitMatchBatch[]) {
  const own = Object.entries(unitTestHeadings).map(([name, [heading]]) => ({ name: name as UnitTestColumn, heading }));
  const rolled = [
    { name: 'pRoll', heading: 'p_roll' },
    { name: 'pFamilyRoll', heading: 'p_family_roll' },
    { name: 'qRoll', heading: 'q_roll' },
  ] as const;
  return [...own, ...(matches.some(isRolled) ? rolled : [])].map(({ name, heading }) => {
    const values = matches.flatMap((batch) => [...(testColumn(batch, name) ?? [])]);
    return { name: heading, cell: (row: number): CsvValue => values[row] };
  });
}

/** Columns of the interval of the IoU. */
function intervalCells(matches: readonly UnitMatchBatch[]) {
  const cell = (name: string, interval: UnitIntervalColumn) => {
    const values = matches.flatMap((batch) => [...(intervalColumn(batch, interval) ?? [])]);
    return { name, cell: (row: number): CsvValue => values[row] };
  };
  return [cell('iou_low', 'iouLow'), cell('iou_high', 'iouHigh')];
}

/**
 * Text of `unit-categories.csv`: model, layer, unit, category, concept, iou, one row a unit and category that it
 * overlaps; where another score was matched by, that too, in a column of its name.
 */
export function unitCategoriesCsv(rows: readonly CategoryMatch[], scoreName = 'iou'): string {
  const cells = (['model', 'layer', 'unit', 'category', 'concept', 'iou'] as const).map((name) => ({
    name,
    cell: (row: number) => rows[row]?.[name],
  }));
  return csvText([...cells, ...scoreCell(scoreName, (row) => rows[row]?.score)], rows.length);
}

/** Column of a score by the name of it; none where it is the IoU, which has a column anyway. */
function scoreCell(name = 'iou', cell: (row: number) => CsvValue) {
  return name === 'iou' ? [] : [{ name, cell }];
}

/**
 * Text of `diff.csv`: the units whose detected concept differs between the two presets, with both; where another score
 * than IoU was matched by, that too, in a column of its name.
 */
export function diffCsv(
  layers: readonly LayerTables[],
  { matching, diffMatching }: Required<ModelPresets> & { readonly diffMatching: DissectionPreset },
): string {
  const rows = layers.flatMap(({ matches, diff }) =>
    diff === undefined
      ? []
      : diffPresets({ matches, preset: matching }, { matches: diff.matches, preset: diffMatching }),
  );
  const cell = (name: string, read: (row: (typeof rows)[number]) => CsvValue) => ({
    name,
    cell: (row: number) => read(rows[row] as (typeof rows)[number]),
  });
  return csvText(
    [
      ...[cell('model', ({ model }) => model), cell('layer', ({ layer }) => layer), cell('unit', ({ unit }) => unit)],
      ...[
        cell('concept', ({ before }) => before.concept),
        cell('category', ({ before }) => before.category),
        cell('iou', ({ before }) => before.iou),
        ...scoreCell(matching.score, (row) => rows[row]?.before.score),
      ],
      ...[
        cell('other_concept', ({ after }) => after.concept),
        cell('other_category', ({ after }) => after.category),
        cell('other_iou', ({ after }) => after.iou),
        ...(diffMatching.score === 'iou' ? [] : [cell(`other_${diffMatching.score}`, ({ after }) => after.score)]),
      ],
    ],
    rows.length,
  );
}

function matchRows(matches: UnitMatchBatch) {
  const text = (name: 'model' | 'layer' | 'concept' | 'category') => readStrings(column(matches, name));
  const models = text('model');
  const layers = text('layer');
  const concepts = text('concept');
  const categories = text('category');
  const units = readNumbers(column(matches, 'unit'));
  const ious = readNumbers(column(matches, 'iou'));
  const scores = readNumbers(scoreColumn(matches));
  return models.map((model, row) => ({
    model,
    layer: layers[row] ?? '',
    unit: units[row],
    concept: concepts[row] ?? '',
    category: categories[row] ?? '',
    iou: ious[row],
    score: scores[row],
  }));
}
