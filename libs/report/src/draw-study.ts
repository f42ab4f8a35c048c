import { loadPlotHost } from './figures/plot-host.ts';
import { buildPageData } from './page/build-page-data.ts';
import { openPage, type PageContext, type PageSection } from './page/page-context.ts';
import { placeImages, type ImagePlacement, type PlacedImages } from './page/place-images.ts';
import { claimsSection } from './sections/claims.ts';
import { conceptsSection } from './sections/concepts.ts';
import { methodSection } from './sections/method.ts';
import { modelsSection } from './sections/models.ts';
import { overviewSection } from './sections/overview.ts';
import { probesSection } from './sections/probes.ts';
import { tasksSection } from './sections/tasks.ts';
import { unitsSection } from './sections/units.ts';
import { readStudy } from './tables/read-study.ts';
import type { ReportTables } from './tables/report-tables.ts';

/** A study with all of its sections drawn, before it becomes a page or a folder of figures. */
export interface DrawnStudy {
  /** What the sections were drawn with; holds their figures. */
  readonly page: PageContext;
  /** Sections in the order of the page. */
  readonly sections: readonly PageSection[];
  /** Images of the gallery in their places. */
  readonly images: PlacedImages;
}

/** Reads the tables of a study and draws every section that they allow. */
export async function drawStudy(tables: ReportTables, placement: ImagePlacement): Promise<DrawnStudy> {
  // Loading the drawing library takes longer than reading the tables: the two go on together.
  const loading = loadPlotHost();
  const study = readStudy(tables);
  const data = buildPageData(study);
  const page = openPage(study, data, await loading);
  const images = placeImages(study.galleries, placement);
  const sections = [
    ...(study.hasProfiles ? [overviewSection, modelsSection, conceptsSection] : []),
    probesSection,
    tasksSection,
    claimsSection,
    (each: PageContext) => unitsSection(each, images),
    methodSection,
  ]
    .map((section) => section(page))
    .filter((section) => section !== undefined);
  return { page, sections, images };
}
