import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { factsPage, factsPageFile } from './facts-page.ts';

it('is the page in docs (npm run options writes it)', () => {
  expect(readFileSync(path.resolve(import.meta.dirname, '../../../..', factsPageFile), 'utf8')).toBe(factsPage());
});
