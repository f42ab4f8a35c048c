import { contentSource } from './content-source.ts';
import type { OptionRow } from './option-row.ts';
import { studyOptions } from './option-table.ts';
import { optionsPage } from './options-page.ts';
import { studySchema } from './study-schema.ts';

/** Files that are made from the table of options, by their paths within the repository: `npm run options` writes them. */
export function optionFiles(table: readonly OptionRow[] = studyOptions): ReadonlyMap<string, string> {
  return new Map([
    ['libs/studies/schema/study.schema.json', `${JSON.stringify(studySchema(table), null, 2)}\n`],
    ['libs/studies/src/study-content.ts', contentSource(table)],
    ['docs/options.md', optionsPage(table)],
  ]);
}
