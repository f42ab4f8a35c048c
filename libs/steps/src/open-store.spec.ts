import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStudyStore } from './open-store.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'open-store-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe(openStudyStore, () => {
  it('refuses a file, of which it would find nothing stored', () => {
    const file = path.join(root, 'study.yaml');
    writeFileSync(file, '');
    expect(() => openStudyStore(file)).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_A_FOLDER', details: expect.objectContaining({ file }) as unknown }),
    );
  });

  it('makes nothing before something is written', () => {
    const { store, save } = openStudyStore(path.join(root, 'none'));
    save();
    expect(store.folder).toBe(path.join(root, 'none'));
    expect(() => openStudyStore(path.join(root, 'none'))).not.toThrow();
  });
});
