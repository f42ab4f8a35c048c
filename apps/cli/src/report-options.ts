import {
  checkReportFormats,
  galleryPlaces,
  reportFormats,
  type ReportChoices,
  type StudyContent,
} from '@intermodel/pipelines';
import { Option, type Command } from 'commander';
import { amount, wholeNumber } from './numbers.ts';

/** Options of commands that write a report, as they are parsed. */
export interface ReportOptions {
  /** Kinds of report, separated by commas. */
  readonly format: string;
  /** Folder for figures. @default none */
  readonly figures?: string;
  /** Whether CSV files are for spreadsheets. @default false */
  readonly spreadsheetCsv?: boolean;
}

/** Choices of the gallery of units. */
type GalleryContent = NonNullable<StudyContent['gallery']>;

/** Options of commands whose report can show images, as they are parsed; what is not given is as the study says. */
export interface GalleryOptions {
  /** Where thumbnails stand. */
  readonly gallery?: NonNullable<GalleryContent['place']>;
  /** Best units of each layer. */
  readonly galleryUnits?: number;
  /** Images of each unit. */
  readonly galleryImages?: number;
  /** What ranks the images. */
  readonly galleryPool?: NonNullable<GalleryContent['pool']>;
  /** Most MiB of thumbnails in the page. */
  readonly galleryMegabytes?: number;
}

/** Adds the options of commands that write a report. */
export function withReportOptions(command: Command): Command {
  return withCsvOptions(command)
    .option('--format <NAMES>', `kinds of report, separated by commas: ${reportFormats.join(', ')}`, 'html')
    .option('--figures <DIR>', 'also write every figure into this folder, as SVG and PNG with its data as CSV');
}

/** Adds the option of commands that write CSV files. */
export function withCsvOptions(command: Command): Command {
  return command.option(
    '--spreadsheet-csv',
    'put an apostrophe before text in CSV files that a spreadsheet would take for a formula (default: names as they are)',
  );
}

/** Adds the options of commands whose report can show the images that drive units most. */
export function withGalleryOptions(command: Command): Command {
  return command
    .option(
      '--gallery-units <N>',
      'units of each layer whose top images the report shows, 0 for none (default: 12)',
      wholeNumber(0),
    )
    .option('--gallery-images <K>', 'top images of each unit (default: 5)', wholeNumber(1))
    .addOption(
      new Option(
        '--gallery-pool <NAME>',
        'what of a map ranks its image: the largest value or the mean (default: max)',
      ).choices(['max', 'mean']),
    )
    .addOption(
      new Option(
        '--gallery <PLACE>',
        'where thumbnails stand: in report.html, or in a folder beside it (default: embedded)',
      ).choices(galleryPlaces),
    )
    .option('--gallery-megabytes <N>', 'most MiB of thumbnails within report.html (default: 2)', amount);
}

/** Reads these options. @throws InputError `REPORT_FORMAT`. */
export function reportChoices({ format, figures, spreadsheetCsv }: ReportOptions): ReportChoices {
  return {
    formats: checkReportFormats(format.split(',').map((name) => name.trim())),
    ...(figures === undefined ? {} : { figures }),
    ...(spreadsheetCsv === undefined ? {} : { spreadsheetCsv }),
  };
}

/** Choices of the gallery that were given, to go over those of a study. */
export function galleryChoices({
  gallery,
  galleryUnits,
  galleryImages,
  galleryPool,
  galleryMegabytes,
}: GalleryOptions): GalleryContent {
  return {
    ...(gallery === undefined ? {} : { place: gallery }),
    ...(galleryUnits === undefined ? {} : { units: galleryUnits }),
    ...(galleryImages === undefined ? {} : { images: galleryImages }),
    ...(galleryPool === undefined ? {} : { pool: galleryPool }),
    ...(galleryMegabytes === undefined ? {} : { megabytes: galleryMegabytes }),
  };
}
