// Writes the files that are made from the table of options: JSON Schema, types, reference page.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { optionFiles } from '@intermodel/studies';

for (const [name, text] of optionFiles()) {
  const file = path.join(import.meta.dirname, '../..', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(name);
}
