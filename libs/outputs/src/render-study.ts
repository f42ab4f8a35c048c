import path from 'node:path';
import type { ReportTables, StudyChange, UnitGallery, VocabularyHealth } from '@intermodel/report';
import { libraryVersion, programVersion } from '@intermodel/steps';
import { spreadsheetCsv, writeFileAtomically } from '@intermodel/streams';
import { optionsInWords, type StudyGallery } from '@intermodel/studies';
import { reportImagesFolder, type ReportChoices } from './report-choices.ts';
import type { StudyRecord } from './study-record.ts';
import type { ProbeTables, StudyTables } from './study-tables.ts';

/** What a report shows besides the tables: images and labels of a dissection, and what changed since an earlier run. */
export interface DissectionShown {
  /** Best units of each model with the images that drive them. */
  readonly galleries?: readonly UnitGallery[];
  /** Where the images of these galleries stand. @default in the page, up to 2 MiB */
  readonly gallery?: Pick<StudyGallery, 'place' | 'megabytes'>;
  /** What changed since an earlier run, as `compareEmbeddings` tells it. */
  readonly change?: StudyChange;
  /** How often each concept occurs in the images. */
  readonly vocabulary?: readonly VocabularyHealth[];
}

/**
 * Draws the reports of a study, or of scores alone, as files by their path in the output folder, and writes its figures
 * if asked to.
 */
export async function renderStudy(
  tables: StudyTables | Pick<ProbeTables, 'probeScores' | 'probeDifferences'>,
  record: StudyRecord,
  { formats = ['html'], figures, spreadsheetCsv: isForSpreadsheets = false }: ReportChoices = {},
  { gallery, ...shown }: DissectionShown = {},
): Promise<Record<string, string | Uint8Array>> {
  // Drawing needs large libraries that placing and relating do without.
  const { renderMarkdown } = await import('@intermodel/report');
  const report = {
    ...reportTables(
      tables,
      record,
      shown.vocabulary === undefined && !('probeScores' in tables)
        ? tableLibraries
        : [...tableLibraries, ...modelLibraries],
    ),
    ...shown,
  };
  if (figures !== undefined) await writeFigures(figures, report, isForSpreadsheets);
  return {
    ...(formats.includes('html') ? await renderPage(report, gallery) : {}),
    ...(formats.includes('md') ? { 'report.md': renderMarkdown(report) } : {}),
  };
}

/** The page, and the images beside it if that is where they stand. */
async function renderPage(
  report: ReportTables,
  gallery: DissectionShown['gallery'],
): Promise<Record<string, string | Uint8Array>> {
  const { renderReport, renderReportFolder } = await import('@intermodel/report');
  if (gallery?.place !== 'folder')
    return {
      'report.html': await renderReport(report, gallery),
    };
  const { html, files } = await renderReportFolder(report, { imageFolder: reportImagesFolder });
  return { ...Object.fromEntries(files.map(({ path: name, bytes }) => [name, bytes])), 'report.html': html };
}

async function writeFigures(folder: string, report: ReportTables, isForSpreadsheets: boolean): Promise<void> {
  const { figurePng, renderFigures } = await import('@intermodel/report');
  for (const figure of await renderFigures(report)) {
    writeFileAtomically(path.join(folder, `${figure.name}.svg`), figure.svg);
    writeFileAtomically(path.join(folder, `${figure.name}.png`), await figurePng(figure));
    if (figure.csv !== undefined)
      writeFileAtomically(
        path.join(folder, `${figure.name}.csv`),
        isForSpreadsheets ? spreadsheetCsv(figure.csv) : figure.csv,
      );
  }
}

/** Libraries whose version can change a number or a byte: of tables, and of what models make of images. */
const [tableLibraries, modelLibraries] = [
  ['apache-arrow', 'ml-matrix', 'ml-pca', '@observablehq/plot'],
  ['onnxruntime-node', 'sharp'],
] as const;

function statedVersion(name: string): { readonly name: string; readonly value: string }[] {
  const value = libraryVersion(name);
  return value === undefined ? [] : [{ name, value }];
}

/** What the report shows of a study. */
function reportTables(tables: Partial<StudyTables>, record: StudyRecord, libraries: readonly string[]): ReportTables {
  const { title, abstract, command, inputs, warnings, options, references } = record;
  return {
    study: {
      title,
      abstract,
      command,
      inputs: inputs.map(({ name, role, sha256 }) => ({ name, role, sha256 })),
      warnings,
      options: optionsInWords(options),
      versions: [{ name: 'intermodel', value: programVersion }, ...libraries.flatMap((name) => statedVersion(name))],
      references,
    },
    profiles: tables.profiles,
    summaries: tables.summaries,
    significance: tables.significance,
    twins: tables.twins,
    embedding: tables.points,
    loadings: tables.loadings,
    variance: tables.variance,
    quality: tables.clusters,
    traits: tables.traits,
    summaryIntervals: tables.summaryIntervals,
    clouds: tables.clouds,
    pairs: tables.pairs,
    loadingIntervals: tables.loadingIntervals,
    scores: tables.scores,
    relations: tables.relations,
    conceptRelations: tables.concepts,
    power: tables.power,
    families: tables.families,
    surfaces: tables.surfaces,
    surfaceErrors: tables.surfaceErrors,
    probeScores: tables.probeScores,
    probeDifferences: tables.probeDifferences,
    claims: tables.claims,
    universes: tables.universes,
    universeEffects: tables.universeEffects,
    choices: tables.choices,
  };
}
