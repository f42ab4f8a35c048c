import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { optionFiles } from './option-files.ts';

const repository = path.join(import.meta.dirname, '../../../..');

describe(optionFiles, () => {
  it.each([...optionFiles()])('%s is as the table of options has it (else run "npm run options")', (name, text) => {
    const file = path.join(repository, name);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
  });
});
