import { checkReportFormats, reportFormats, type ReportChoices } from '@intermodel/pipelines';
import type { Command } from 'commander';

/** Options of commands that write a report, as they are parsed. */
export interface ReportOptions {
  /** Kinds of report, separated by commas. */
  readonly format: string;
  /** Folder for figures. @default none */
  readonly figures?: string;
}

/** Adds the options of commands that write a report. */
export function withReportOptions(command: Command): Command {
  return command
    .option('--format <NAMES>', `kinds of report, separated by commas: ${reportFormats.join(', ')}`, 'html')
    .option('--figures <DIR>', 'also write every figure into this folder, as SVG and PNG with its data as CSV');
}

/** Reads these options. @throws InputError `REPORT_FORMAT`. */
export function reportChoices({ format, figures }: ReportOptions): ReportChoices {
  return { formats: checkReportFormats(format.split(',').map((name) => name.trim())), ...(figures === undefined ? {} : { figures }) };
}
