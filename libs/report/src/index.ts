// Reports
export {
  renderReport,
  renderReportFolder,
  reportDefaults,
  type ReportFolder,
  type ReportFolderOptions,
  type ReportOptions,
} from './render-report.ts';
export { markdownDefaults, renderMarkdown, type MarkdownOptions } from './render-markdown.ts';
export { figurePng, renderFigures, type FigureFile } from './render-figures.ts';
export { categoryLetter } from './page/palette.ts';
export { type PageFile } from './page/place-images.ts';

// What goes in
export { type Batches, type ReportTables } from './tables/report-tables.ts';
export { type StatedFact, type StudyFacts, type StudyInput, type StudyWarning } from './tables/study-facts.ts';
export {
  type GalleryImage,
  type GalleryUnit,
  type NamedScore,
  type RegionOutline,
  mapGrades,
  type GradedMap,
  type UnitGallery,
  type UnitMaps,
} from './tables/unit-gallery.ts';
export { type MovedModel, type StudyChange } from './tables/study-change.ts';
export { type VocabularyHealth } from './tables/vocabulary-health.ts';

// Pictures of labels
export { drawLabelPlanes, type LabelledPicture, type PictureLabel } from './figures/label-planes.ts';
