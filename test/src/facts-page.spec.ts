import { readFileSync } from 'node:fs';
import path from 'node:path';
import { factsPage, factsPageFile } from '@intermodel/checkpoints';
import { expect, it } from 'vitest';
import { root } from './command-line.ts';

it('what weights do not tell is the page in docs (npm run options writes it)', () => {
  expect(readFileSync(path.join(root, factsPageFile), 'utf8')).toBe(factsPage());
});
