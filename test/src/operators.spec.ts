import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOperators, productSources, type FoundOperator } from './find-operators.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the public operators', () => {
  let operators: readonly FoundOperator[] = [];
  beforeAll(() => {
    operators = findOperators(
      root,
      Object.fromEntries(readdirSync(path.join(root, 'libs')).map((name) => [name, `libs/${name}/src/index.ts`])),
      [...productSources(root, 'libs/pipelines/src'), ...productSources(root, 'tools/examples')],
    );
  });

  it('are these, with the files of the program and the examples that call them', async () => {
    const lines = operators.map(({ library, name, callers }) =>
      [`${library} ${name}`, ...callers.map((file) => `  ${file}`)].join('\n'),
    );
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./operators.txt');
  });

  it('have a caller each, so that who changes an operator changes the program', () => {
    const idle = operators.filter(({ callers }) => callers.length === 0).map(({ name }) => name);
    expect(idle).toEqual([]);
  });
});

describe(findOperators, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'operators-'));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const files = {
      'package.json': '{"type":"module"}',
      'libs/a/src/index.ts': "export { one, two, other, arrow, same } from './all.ts';\n",
      'libs/a/src/all.ts': `import { map, tap, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
export function one(): OperatorFunction<number, string> { return map(String); }
export const two = () => map((value: number) => value + 1);
export function other(): number { return 1; }
export const arrow = <T>(): MonoTypeOperatorFunction<T> => tap();
export function hidden(): OperatorFunction<number, string> { return map(String); }
export const same = 1;
`,
      'libs/b/src/index.ts': "export { one } from '../../a/src/index.ts';\n",
      'calls.ts':
        "import { of } from 'rxjs';\nimport { one as first, two } from './libs/b/src/../../a/src/index.ts';\nof(1).pipe(first());\n",
      'local.ts': 'function arrow() { return 1; }\narrow();\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds functions that return operators, under their own library, and calls under any name but no imports', () => {
    const entries = { a: 'libs/a/src/index.ts', b: 'libs/b/src/index.ts' };
    expect(findOperators(folder, entries, ['calls.ts', 'local.ts'])).toEqual([
      { library: 'a', name: 'arrow', callers: [] },
      { library: 'a', name: 'one', callers: ['calls.ts'] },
      { library: 'a', name: 'two', callers: [] },
    ]);
  });
});
