// Tables: units and scores
export { readUnitTables, readUnitTablesDefaults, unitTableColumns, type ReadUnitTablesOptions } from './tables/read-unit-tables.ts';
export { readScoreTables, readScoreTablesDefaults, type ReadScoreTablesOptions } from './tables/read-score-tables.ts';
export { publishedScoreColumns, readScoreColumns, tasks, type ScoreColumn } from './tables/score-columns.ts';
export { checkModelNameRule, modelNameRules, type ModelNameRule } from './tables/model-names.ts';
export { bundledStudies, bundledStudy, type BundledStudy } from './tables/bundled-study.ts';

// Labelled images
export { listImages, listLabelledImages, listLabelledImagesDefaults, imageExtensions, type ListLabelledImagesOptions } from './images/list-labelled-images.ts';
export type { DataWarning, LabelledImageEntry, LabelledImageSet, LabelSource, RasterLabel, WholeImageLabel } from './images/labelled-image-set.ts';
export { badFileCodes, loadLabelledImages, loadLabelledImagesDefaults, noLabelsError, openLabelledImages, type LoadedImages, type LoadLabelledImagesOptions, type OpenLabelledImagesOptions, type SkippedImage } from './images/load-labelled-images.ts';
export { decodeImage, decodeImageDefaults, type DecodedImage, type DecodeImageOptions, type RgbColour } from './images/decode-image.ts';
export { imageGeometryDefaults, resolveGeometry, type ImageGeometry, type ResizeFilter, type ResolvedGeometry } from './images/image-geometry.ts';

// Vocabularies
export { conceptKey, labelVocabulary, largestLabelNumber, type ConceptPlace, type LabelConcept, type LabelVocabulary } from './labels/label-vocabulary.ts';
export { readLabelNames, type ReadLabelNamesOptions } from './labels/read-label-names.ts';
