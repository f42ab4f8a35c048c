import path from 'node:path';
import { manifestFile, stageFolder, spreadsheetCsv, writeArrowFile, writeFileAtomically } from '@intermodel/streams';
import { fitFile } from '@intermodel/studies';
import type { RecordBatch } from 'apache-arrow';
import { csvFile, csvFiles, type CsvFileName } from './csv-files.ts';
import { manifestFiles, manifestTables, manifestText } from './manifest.ts';
import { renderStudy } from './render-study.ts';
import { reportFormats, type ReportChoices } from './report-choices.ts';
import type { StudyRecord } from './study-record.ts';
import type {
  ClaimTables,
  EmbeddingTables,
  ProbeTables,
  RelationTables,
  StudyTables,
  UncertaintyTables,
} from './study-tables.ts';

/** Tables by the name of their file, without ending, in the order in which they are written. */
const tableOfFile = {
  profiles: 'profiles',
  summaries: 'summaries',
  significance: 'significance',
  twins: 'twins',
  'model-units': 'modelUnits',
  [fitFile]: 'fit',
  'embedded-profiles': 'embeddedProfiles',
  embedding: 'points',
  variance: 'variance',
  loadings: 'loadings',
  clusters: 'clusters',
  categories: 'traits',
  'summary-intervals': 'summaryIntervals',
  'profile-intervals': 'profileIntervals',
  clouds: 'clouds',
  pairs: 'pairs',
  'loading-intervals': 'loadingIntervals',
  scores: 'scores',
  relations: 'relations',
  concepts: 'concepts',
  power: 'power',
  families: 'families',
  surfaces: 'surfaces',
  'surface-errors': 'surfaceErrors',
  'probe-scores': 'probeScores',
  'probe-differences': 'probeDifferences',
  'task-images': 'taskImages',
  claims: 'claims',
  universes: 'universes',
  'universe-effects': 'universeEffects',
  choices: 'choices',
} as const satisfies Record<string, keyof AllTables>;

type AllTables = EmbeddingTables & UncertaintyTables & RelationTables & ProbeTables & ClaimTables;

/**
 * Names of all files that {@link writeStudy} can write: those of an earlier run may go, files of other names are not
 * its own.
 */
export const studyFileNames: ReadonlySet<string> = new Set([
  ...Object.keys(tableOfFile).flatMap((name) => [`${name}.arrow`, `${name}.csv`]),
  ...reportFormats.map((format) => `report.${format}`),
  manifestFile,
]);

/** Tables of an output folder by file name, without ending. */
export function studyFiles(tables: Partial<AllTables>): Record<string, RecordBatch> {
  const named = Object.entries(tableOfFile).map(([name, table]): [string, RecordBatch | undefined] => [
    name,
    tables[table],
  ]);
  return Object.fromEntries(named.filter((entry): entry is [string, RecordBatch] => entry[1] !== undefined));
}

/** Tables by the names that {@link studyFiles} gave their files. */
export function tablesOfFiles(files: Readonly<Record<string, RecordBatch>>): Partial<AllTables> {
  const named = Object.entries(tableOfFile).flatMap(([name, table]) =>
    files[name] === undefined ? [] : [[table, files[name]]],
  );
  return Object.fromEntries(named) as Partial<AllTables>;
}

/**
 * Writes the output folder of a study, whole or not at all: Arrow and CSV of each table, `report.html`,
 * `manifest.json`.
 *
 * @throws InputError `OUTPUT_NOT_EMPTY`; MachineError `WRITE_FAILED`.
 */
export async function writeStudy(
  out: string,
  tables: StudyTables,
  record: StudyRecord,
  report: ReportChoices = {},
): Promise<readonly string[]> {
  return writeTables(out, studyFiles(tables), record, await renderStudy(tables, record, report), report);
}

/** Writes a folder of tables with its manifest, whole or not at all; returns the names of its files. */
export function writeTables(
  out: string,
  files: Readonly<Record<string, RecordBatch>>,
  record: StudyRecord,
  texts: Readonly<Record<string, string | Uint8Array>> = {},
  choices: Pick<ReportChoices, 'spreadsheetCsv'> = {},
): readonly string[] {
  const folder = stageFolder(out);
  try {
    const written = writeFiles(folder.path, files, record, texts, choices);
    folder.commit();
    return written;
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/**
 * Writes tables, reports and, last, the manifest into a folder, each file whole or not at all; returns their names and
 * those of files that stand there already (`known`).
 */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, RecordBatch>>,
  record: StudyRecord,
  texts: Readonly<Record<string, string | Uint8Array>> = {},
  { spreadsheetCsv: isForSpreadsheets = false }: Pick<ReportChoices, 'spreadsheetCsv'> = {},
  known: readonly string[] = [],
): readonly string[] {
  const written: string[] = [...known];
  const write = (name: string, text: string | Uint8Array) => {
    writeFileAtomically(
      path.join(folder, name),
      isForSpreadsheets && name.endsWith('.csv') && typeof text === 'string' ? spreadsheetCsv(text) : text,
    );
    written.push(name);
  };
  for (const [name, batch] of Object.entries(files)) {
    writeArrowFile(path.join(folder, `${name}.arrow`), batch.schema, [batch]);
    written.push(`${name}.arrow`);
    if (Object.hasOwn(csvFiles, name)) write(`${name}.csv`, csvFile(name as CsvFileName, batch));
  }
  for (const [name, text] of Object.entries(texts)) write(name, text);
  const { command, options, inputs } = record;
  write(
    manifestFile,
    manifestText({
      command,
      options,
      inputs,
      tables: manifestTables(files),
      files: manifestFiles(folder, written),
      warnings: record.warnings.map(({ subject, text }) => (subject === '' ? text : `${subject}: ${text}`)),
    }),
  );
  return written.sort();
}
