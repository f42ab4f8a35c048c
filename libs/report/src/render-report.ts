import { loadPlotHost } from './figures/plot-host.ts';
import { renderPage } from './page/render-page.ts';
import { openPage } from './page/page-context.ts';
import { conceptsSection } from './sections/concepts.ts';
import { methodSection } from './sections/method.ts';
import { modelsSection } from './sections/models.ts';
import { overviewSection } from './sections/overview.ts';
import { tasksSection } from './sections/tasks.ts';
import { readStudy } from './tables/read-study.ts';
import type { ReportTables } from './tables/report-tables.ts';

/** Options of {@link renderReport}. */
export interface ReportOptions {
  /** Language of the page as a BCP 47 tag; the words of the report itself are English. @default 'en' */
  readonly language?: string;
}

/** What {@link renderReport} takes where nothing is said. */
export const reportDefaults = { language: 'en' } as const satisfies ReportOptions;

/**
 * Renders a study as one HTML file that needs nothing else: no network, no script to be read. Equal tables give equal
 * bytes, however their batches were cut.
 *
 * @throws BatchSchemaError if a batch has not the schema of its table.
 */
export async function renderReport(tables: ReportTables, options: ReportOptions = {}): Promise<string> {
  const { language = reportDefaults.language } = options;
  const page = openPage(readStudy(tables), await loadPlotHost());
  const sections = [overviewSection, modelsSection, conceptsSection, tasksSection, methodSection].map((section) => section(page)).filter((section) => section !== undefined);
  return renderPage(tables.study, sections, language);
}
