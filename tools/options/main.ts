// Writes the files that are made from tables: JSON Schema, types and reference page of the options, the page on what
// weights do not tell.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { factsPage, factsPageFile } from '@intermodel/checkpoints';
import { optionFiles } from '@intermodel/studies';

for (const [name, text] of [...optionFiles(), [factsPageFile, factsPage()] as const]) {
  const file = path.join(import.meta.dirname, '../..', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(name);
}
