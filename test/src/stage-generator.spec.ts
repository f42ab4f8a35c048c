import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let workspace = '';

beforeAll(() => {
  workspace = mkdtempSync(path.join(tmpdir(), 'workspace-'));
  const isSource = (source: string) => !/[/\\](?:dist|\.vitest|node_modules)$/u.test(source);
  for (const entry of [
    'nx.json',
    'package.json',
    'package-lock.json',
    'tsconfig.base.json',
    'vitest.base.mts',
    'eslint.config.mjs',
    '.prettierrc.json',
    '.prettierignore',
    'tools/house',
    'tools/generators',
    'libs/errors',
    'libs/schemas',
    'libs/streams',
    'libs/testing',
  ]) {
    cpSync(path.join(root, entry), path.join(workspace, entry), { recursive: true, filter: isSource });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(workspace, 'node_modules'));
});
afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
});

/** Runs Nx in the copied workspace and returns what it printed. */
function nx(...argv: string[]): string {
  const environment = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    NX_WORKSPACE_ROOT_PATH: workspace,
    NX_WORKSPACE_DATA_DIRECTORY: path.join(workspace, '.nx/workspace-data'),
    NX_CACHE_DIRECTORY: path.join(workspace, '.nx/cache'),
  };
  try {
    return execFileSync(path.join(workspace, 'node_modules/.bin/nx'), argv, {
      cwd: workspace,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`nx ${argv.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

describe('the stage generator', () => {
  it('stamps a stage that builds, passes its tests and type check, and stands in the import table', () => {
    nx(
      'generate',
      './tools/generators/generators.json:stage',
      'unit-filtering',
      '--operator=keepUnits',
      '--no-interactive',
    );
    expect(readFileSync(path.join(workspace, 'tools/house/import-table.mjs'), 'utf8')).toContain("'unit-filtering'");
    execFileSync(
      path.join(workspace, 'node_modules/.bin/prettier'),
      ['--check', 'libs/unit-filtering', 'tools/house'],
      {
        cwd: workspace,
      },
    );
    const printed = nx('run-many', '-t', 'build,test,typecheck', '-p', 'unit-filtering', '--output-style=stream');
    expect(printed).toMatch(/Successfully ran targets? build, test, typecheck for project unit-filtering/u);
    const results = JSON.parse(
      readFileSync(path.join(workspace, 'libs/unit-filtering/.vitest/results.json'), 'utf8'),
    ) as { numPassedTests: number };
    expect(results.numPassedTests).toBe(6);
  });
});
