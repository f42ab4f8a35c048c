import { InputError, suggestName } from '@intermodel/streams';

/** Kinds of report: one HTML file, or Markdown for terminals and pull requests. */
export const reportFormats = ['html', 'md'] as const;

/** Kind of report. */
export type ReportFormat = (typeof reportFormats)[number];

/** Folder of gallery images within an output folder, where they do not stand in the page. */
export const reportImagesFolder = 'report-images';

/** What is drawn of a study, and where. */
export interface ReportChoices {
  /** Kinds of report written into the output folder. @default ['html'] */
  readonly formats?: readonly ReportFormat[];
  /** Folder for every figure as SVG and PNG with its data as CSV. @default none */
  readonly figures?: string;
  /**
   * Whether an apostrophe stands before text in CSV files that a spreadsheet would take for a formula. @default false
   */
  readonly spreadsheetCsv?: boolean;
}

/** Checks names of report formats. @throws InputError `REPORT_FORMAT` that lists them. */
export function checkReportFormats(names: readonly string[]): readonly ReportFormat[] {
  return names.map((name) => {
    const found = reportFormats.find((format) => format === name);
    if (found === undefined)
      throw new InputError('REPORT_FORMAT', `there is no report format "${name}"`, {
        hint: suggestName(name, reportFormats),
      });
    return found;
  });
}
