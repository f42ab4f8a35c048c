import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const libraries = readdirSync(path.join(root, 'libs'));

describe.each(libraries)('libs/%s', (library) => {
  const folder = path.join(root, 'libs', library);

  it('exports what this list says, so that a wider interface is a visible change', async () => {
    const entry = (await import(path.join(folder, 'src/index.ts'))) as Record<string, unknown>;
    await expect(Object.keys(entry).sort().join('\n')).toMatchFileSnapshot(`./public-exports/${library}.txt`);
  });

  it('has an index that only re-exports', () => {
    const index = readFileSync(path.join(folder, 'src/index.ts'), 'utf8');
    expect(
      index
        .split('\n')
        .filter(
          (line) => line.trim() !== '' && !/^(?:\/\/|export (?:type )?\{|\} from|\s+(?:type )?\w+,$)/u.test(line),
        ),
    ).toEqual([]);
  });

  it('has a README of at most 40 lines with a runnable example', () => {
    const readme = readFileSync(path.join(folder, 'README.md'), 'utf8').trimEnd();
    expect(readme.split('\n').length).toBeLessThanOrEqual(40);
    expect(readme).toMatch(/```ts\n[\s\S]+```/u);
  });

  it('has a README whose examples import what there is', async () => {
    const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
    const missing: string[] = [];
    for (const [, names = '', from = ''] of readme.matchAll(/^import \{ (.*) \} from '@intermodel\/(.*)';$/gmu)) {
      const exported = (await import(path.join(root, 'libs', from, 'src/index.ts'))) as Record<string, unknown>;
      missing.push(...names.split(', ').filter((name) => !(name in exported)));
    }
    expect(missing).toEqual([]);
  });

  it('has specs beside the code', () => {
    const specs = (readdirSync(path.join(folder, 'src'), { recursive: true }) as string[]).filter((file) =>
      file.endsWith('.spec.ts'),
    );
    expect(specs.length).toBeGreaterThan(0);
    expect(existsSync(path.join(folder, 'src/index.ts'))).toBe(true);
  });
});

describe.each(['README.md', 'CONTRIBUTING.md', ...libraries.map((library) => `libs/${library}/README.md`)])(
  '%s',
  (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const isThere = (named: string) => existsSync(path.resolve(root, path.dirname(file), named));

    it('links to files that there are, and names such', () => {
      const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)/gu), ([, link = '']) => link);
      const paths = Array.from(text.matchAll(/`((?:libs|tools|test|apps)\/[\w./-]+)`/gu), ([, named = '']) => named);
      expect(links.filter((link) => !isThere(link))).toEqual([]);
      expect(paths.filter((named) => !existsSync(path.join(root, named)))).toEqual([]);
    });
  },
);

describe('CONTRIBUTING.md', () => {
  it('lists files of the graph and of a dissection that there are', () => {
    const text = readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8');
    const [, chapter = ''] = /## How a study runs\n([\s\S]*?)\n## /u.exec(text) ?? [];
    const [graph = [], dissection = []] = Array.from(
      chapter.matchAll(/\n\| file [\s\S]*?\n\|---.*\n((?:\|.*\n)+)/gu),
      ([, rows = '']) =>
        rows
          .split('\n')
          .flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`(.*?)`/gu), ([, name = '']) => name)),
    );
    expect(graph).toContain('study-graph');
    expect(dissection).toContain('count-missing');
    const isThere = (folder: string, name: string) =>
      existsSync(path.join(root, 'libs/pipelines/src', folder, `${name}.ts`));
    expect(graph.filter((name) => !isThere('graph', name))).toEqual([]);
    expect(dissection.filter((name) => !isThere('dissect', name))).toEqual([]);
  });
});
