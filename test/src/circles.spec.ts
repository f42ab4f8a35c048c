import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'circles-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Looks for circles among files of these texts, by name. */
function look(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return cruise(folder, Object.keys(files));
}

function cruise(cwd: string, what: readonly string[]) {
  const { status, stdout } = spawnSync(
    path.join(root, 'node_modules/.bin/depcruise'),
    ['--config', path.join(root, 'tools/house/circles.mjs'), ...what],
    { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
  );
  return { status, found: stdout };
}

describe('the search for circles of imports', () => {
  it.each([
    ['values', "import { b } from './b.ts';\nexport const a = () => b;"],
    ['types', "import type { B } from './b.ts';\nexport type A = B | 1;"],
    ['types among values', "import { b, type B } from './b.ts';\nexport const a: B = b;"],
    ['types that are exported again', "export type { B } from './b.ts';"],
    ['what is imported late', "export const a = async () => import('./b.ts');"],
  ])('finds a circle of %s', (_what, text) => {
    const { status, found } = look({
      'a.ts': text,
      'b.ts': "export { c } from './c.ts';\nexport type B = 2;\nexport const b = 2;",
      'c.ts': "import type { A } from './a.ts';\nexport const c: A | 3 = 3;",
    });
    expect(status).not.toBe(0);
    expect(found).toMatch(/no-circular: a\.ts/u);
  });

  it('has nothing against files that import a third one', () => {
    expect(
      look({
        'a.ts': "import type { C } from './c.ts';\nexport type A = C;",
        'b.ts': "import type { A } from './a.ts';\nimport type { C } from './c.ts';\nexport type B = A | C;",
        'c.ts': 'export type C = 1;',
      }),
    ).toMatchObject({ status: 0, found: expect.stringContaining('3 modules') as string });
  });

  it('finds none in the libraries, the command, the tools and the tests', () => {
    const { status, found } = cruise(root, ['libs', 'apps', 'tools', 'test']);
    expect(found).toMatch(/no dependency violations found \(\d{3,} modules/u);
    expect(status).toBe(0);
  });
});
