import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, root } from './command-line.ts';
import { smallStudies } from './small-studies.ts';

const { at, study, run } = smallStudies();
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
    'tools/tsconfig.json',
    'libs',
  ]) {
    cpSync(path.join(root, entry), path.join(workspace, entry), { recursive: true, filter: isSource });
  }
  const modules = path.join(workspace, 'node_modules');
  mkdirSync(path.join(modules, '@intermodel'), { recursive: true });
  for (const name of readdirSync(path.join(root, 'node_modules')))
    if (name !== '@intermodel') symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  for (const name of [...readdirSync(path.join(workspace, 'libs')), 'unit-filtering'])
    symlinkSync(path.join(workspace, 'libs', name), path.join(modules, '@intermodel', name));
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

/** Runs a program of the copied workspace and returns what it printed. */
function node(...argv: string[]): string {
  return execFileSync(process.execPath, argv, {
    cwd: workspace,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What the compiler finds wrong with a file of `tools`; what it imports is checked elsewhere. */
function typeErrors(file: string): string[] {
  const config = path.join(workspace, 'tools/tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    path.dirname(config),
  );
  const program = ts.createProgram([file], options);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the stage generator', () => {
  beforeAll(() => {
    nx(
      'generate',
      './tools/generators/generators.json:stage',
      'unit-filtering',
      '--operator=keepUnits',
      '--no-interactive',
    );
  });

  it('stamps a stage that builds, passes its tests and type check, and stands in the import table', () => {
    expect(readFileSync(path.join(workspace, 'tools/house/import-table.mjs'), 'utf8')).toContain("'unit-filtering'");
    node('node_modules/.bin/prettier', '--check', 'libs/unit-filtering', 'tools/house', 'tools/examples');
    const printed = nx('run-many', '-t', 'build,test,typecheck', '-p', 'unit-filtering', '--output-style=stream');
    expect(printed).toMatch(/Successfully ran targets? build, test, typecheck for project unit-filtering/u);
    const results = JSON.parse(
      readFileSync(path.join(workspace, 'libs/unit-filtering/.vitest/results.json'), 'utf8'),
    ) as { numPassedTests: number };
    expect(results.numPassedTests).toBe(6);
  });

  it('hooks the stage into a run by an example, which passes the type check', () => {
    const example = path.join(workspace, 'tools/examples/unit-filtering.ts');
    expect(readFileSync(example, 'utf8').split('\n').length).toBeLessThan(40);
    expect(typeErrors(example)).toEqual([]);
  });

  it('stamps an example whose run has the concepts of the usual one, but for those that the stage takes away', async () => {
    const file = study({ models: ['a', 'b'] });
    await run(file, 'usual');
    const units = (out: string) => csvRows(at(out, 'models', 'a', 'units.csv'));
    const kept = units('usual').map((row) => (Number(row['iou']) > 0.1 ? row['concept'] : ''));
    expect(new Set(kept).size).toBeGreaterThan(1);
    expect(kept).not.toEqual(units('usual').map(({ concept }) => concept));
    const flags = ['--conditions=@intermodel/source', '--import', 'tsx'];
    expect(node(...flags, 'tools/examples/unit-filtering.ts', file, at('filtered'))).toMatch(
      /^a maps: \d+ of 16 units match\nb maps: \d+ of 16 units match\n$/u,
    );
    expect(units('filtered').map(({ concept }) => concept)).toEqual(kept);
  });
});
