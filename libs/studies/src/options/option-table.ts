import { claimsOptions } from './claims-options.ts';
import { dataOptions } from './data-options.ts';
import { embeddingOptions } from './embedding-options.ts';
import { galleryOptions } from './gallery-options.ts';
import { dissectionOptions } from './matching-options.ts';
import { modelOptions } from './model-options.ts';
import type { OptionFlag, OptionRow } from './option-row.ts';
import { runtimeOptions } from './runtime-options.ts';
import { significanceOptions } from './significance-options.ts';
import { segmenterOptions } from './segmenter-options.ts';
import { headOptions, seedOptions } from './study-options.ts';
import { taskOptions } from './task-options.ts';
import { vocabularyOptions } from './vocabulary-options.ts';

/** All options of a study in the order of the study file, one row an option. */
export const studyOptions: readonly OptionRow[] = [
  ...headOptions,
  ...dataOptions,
  ...vocabularyOptions,
  ...segmenterOptions,
  ...modelOptions,
  ...taskOptions,
  ...dissectionOptions,
  ...significanceOptions,
  ...runtimeOptions,
  ...embeddingOptions,
  ...claimsOptions,
  ...galleryOptions,
  ...seedOptions,
];

/** An option as a command has it. */
export interface FlagRow {
  /** The option. */
  readonly row: OptionRow;
  /** How the command takes it. */
  readonly flag: OptionFlag;
}

/** The options that a command has, in the order of the table. */
export function flagRows(command: string, table: readonly OptionRow[] = studyOptions): readonly FlagRow[] {
  return table.flatMap((row) =>
    (row.flags ?? []).filter(({ commands }) => commands.includes(command)).map((flag) => ({ row, flag })),
  );
}
