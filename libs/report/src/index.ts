// Reports
export { renderReport, reportDefaults, type ReportOptions } from './render-report.ts';

// What goes in
export { type Batches, type ReportTables } from './tables/report-tables.ts';
export { type StatedFact, type StudyFacts, type StudyInput, type StudyWarning } from './tables/study-facts.ts';
export { type GalleryImage, type GalleryUnit, type RegionOutline, type UnitGallery } from './tables/unit-gallery.ts';
export { type VocabularyHealth } from './tables/vocabulary-health.ts';
