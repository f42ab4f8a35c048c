import { drawStudy } from './draw-study.ts';
import type { PageFile } from './page/place-images.ts';
import { renderPage } from './page/render-page.ts';
import type { ReportTables } from './tables/report-tables.ts';

/** Options of {@link renderReport}. */
export interface ReportOptions {
  /** Most MiB of gallery images that the page holds; what does not fit is named only. @default 2 */
  readonly megabytes?: number;
}

/** Options of {@link renderReportFolder}. */
export interface ReportFolderOptions {
  /** Name of the folder of gallery images beside the page. @default 'report-images' */
  readonly imageFolder?: string;
}

/** What reports take where nothing is said. */
export const reportDefaults = {
  megabytes: 2,
  imageFolder: 'report-images',
} as const satisfies ReportOptions & ReportFolderOptions;

/** A page with the images that belong beside it. */
export interface ReportFolder {
  /** The page. */
  readonly html: string;
  /** Images, by their path relative to the page. */
  readonly files: readonly PageFile[];
}

/**
 * Renders a study as one HTML file that needs nothing else: it opens from disk, fetches nothing, and can be read
 * without
 * its script. Equal tables give equal bytes, however their batches were cut.
 *
 * @throws BatchSchemaError if a batch has not the schema of its table.
 */
export async function renderReport(tables: ReportTables, options: ReportOptions = {}): Promise<string> {
  const { megabytes = reportDefaults.megabytes } = options;
  const { page, sections } = await drawStudy(tables, { kind: 'embedded', megabytes });
  return renderPage(tables.study, sections, page.data);
}

/**
 * Renders a study as a page whose gallery images stand in a folder beside it: for more images than one file should
 * hold.
 */
export async function renderReportFolder(
  tables: ReportTables,
  options: ReportFolderOptions = {},
): Promise<ReportFolder> {
  const { imageFolder = reportDefaults.imageFolder } = options;
  const { page, sections, images } = await drawStudy(tables, { kind: 'folder', folder: imageFolder });
  return { html: renderPage(tables.study, sections, page.data), files: images.files };
}
