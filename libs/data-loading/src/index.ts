// Tables: units and scores
export { readUnitTables, readUnitTablesDefaults, unitTableColumns, type ReadUnitTablesOptions } from './tables/read-unit-tables.ts';
export { readScoreTables, readScoreTablesDefaults, type ReadScoreTablesOptions } from './tables/read-score-tables.ts';
export { publishedScoreColumns, readScoreColumns, tasks, type ScoreColumn } from './tables/score-columns.ts';
export { checkModelNameRule, modelNameRules, type ModelNameRule } from './tables/model-names.ts';
export { bundledStudies, bundledStudy, type BundledStudy } from './tables/bundled-study.ts';
