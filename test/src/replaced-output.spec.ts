import fs, { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { readEmbeddingFolder } from '@intermodel/pipelines';
import { afterEach, describe, expect, it } from 'vitest';
import { folderBytes, intermodel } from './command-line.ts';
import { smallStudies, tablesOf } from './small-studies.ts';

const { at, study, run, fromNothing } = smallStudies();

const changing = ['renameSync', 'rmSync', 'rmdirSync', 'mkdirSync', 'openSync', 'writeSync', 'fsyncSync'] as const;
const counted: ReadonlySet<string> = new Set(['renameSync', 'rmSync', 'rmdirSync']);
const original = Object.fromEntries(changing.map((name) => [name, fs[name]]));
const setFunctions = (functions: object) => {
  Object.assign(fs, functions);
  syncBuiltinESMExports();
};
afterEach(() => {
  setFunctions(original);
});

/**
 * From the given moment on, nothing changes in the output folder any more but for its store, as if the process were
 * gone; returns how many moments there were.
 */
function dieAt(moment: number): () => number {
  let moments = 0;
  const names = new Map<number, string>();
  const isOutput = (file: unknown) =>
    typeof file === 'string' && file.startsWith(at('out')) && !file.startsWith(at('out', '.store'));
  const wrapped =
    (name: (typeof changing)[number]) =>
    (...given: readonly unknown[]) => {
      const call = () => (original[name] as (...parts: readonly unknown[]) => unknown)(...given);
      const [file, flags] = given;
      const target = typeof file === 'number' ? names.get(file) : file;
      if (
        !isOutput(target) ||
        (name === 'openSync' && typeof flags === 'number') ||
        (name === 'openSync' && flags === 'r')
      )
        return call();
      // What is written aside shows nothing until it is renamed.
      if (counted.has(name)) moments++;
      if (moments >= moment) throw new Error('the process is gone');
      const result = call();
      if (name === 'openSync') names.set(result as number, String(file));
      return result;
    };
  setFunctions(Object.fromEntries(changing.map((name) => [name, wrapped(name)])));
  return () => moments;
}

describe('an output that a later run replaces', () => {
  it('is the earlier or the later one, or has no manifest, whenever the process dies', async () => {
    const earlier = study({ models: ['a', 'b'] });
    await run(earlier, 'out');
    const before = folderBytes(at('out'));
    cpSync(at('out'), at('kept'), { recursive: true });
    const later = study({ models: ['a', 'c'], more: { matching: { gate: 0.06 } }, file: 'later.json' });
    const after = tablesOf(await fromNothing(later));
    const total = dieAt(Number.POSITIVE_INFINITY);
    await run(later, 'out');
    const moments = total();
    setFunctions(original);
    const whole = folderBytes(at('out'));
    expect(tablesOf(whole)).toEqual(after);
    expect(moments).toBeGreaterThan(60);
    let [untouched, refused] = [0, 0];
    for (let moment = 1; moment <= moments; moment += moment < 12 || moment > moments - 12 ? 1 : 7) {
      rmSync(at('out'), { recursive: true });
      cpSync(at('kept'), at('out'), { recursive: true });
      dieAt(moment);
      await expect(run(later, 'out')).rejects.toThrow();
      setFunctions(original);
      // Names with a dot at their head are files that nobody reads.
      const left = Object.fromEntries(Object.entries(folderBytes(at('out'))).filter(([name]) => !name.includes('/.')));
      const shown = JSON.stringify([moment, Object.keys(left)]);
      if (existsSync(at('out', 'manifest.json'))) {
        delete left['unfinished.json'];
        expect([before, whole], shown).toContainEqual(left);
        expect(readEmbeddingFolder(at('out')).files, shown).toHaveLength(4);
        untouched++;
      } else {
        expect(() => readEmbeddingFolder(at('out')), shown).toThrow(
          expect.objectContaining({ code: 'OUTPUT_UNFINISHED' }),
        );
        refused++;
      }
      if (moment % 5 !== 0) continue;
      await run(later, 'out');
      expect(tablesOf(folderBytes(at('out'))), shown).toEqual(after);
    }
    expect([untouched, refused].every((count) => count > 0)).toBe(true);
  });

  it('is not taken for one output where its tables come from several', async () => {
    await run(study({ models: ['a', 'b'] }), 'first');
    await run(study({ models: ['a', 'c'], file: 'later.json' }), 'second');
    cpSync(at('second', 'embedding.arrow'), at('first', 'embedding.arrow'));
    const { code, stderr } = intermodel(['place', '--embedding', at('first'), at('first', 'models', 'a', 'units.csv')]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error OUTPUT_MIXED: .*embedding\.arrow: does not belong to the manifest\.json/u),
    ]);
    rmSync(at('first', 'manifest.json'));
    expect(intermodel(['place', '--embedding', at('first'), at('first', 'models', 'a', 'units.csv')]).stderr).toMatch(
      /^error OUTPUT_UNFINISHED/u,
    );
  });

  it('keeps models whose names look like those of half-written folders', async () => {
    const names = ['x.deadbeef.partial', 'y.0a1b2c3d.old'];
    const file = at('odd.json');
    const content = JSON.parse(fs.readFileSync(study({ models: ['a', 'b'] }), 'utf8')) as {
      models: { name: string }[];
    };
    writeFileSync(
      file,
      JSON.stringify({ ...content, models: content.models.map((model, index) => ({ ...model, name: names[index] })) }),
    );
    for (let time = 0; time < 2; time++) {
      await run(file, 'odd');
      expect(names.map((name) => existsSync(path.join(at('odd'), 'models', name, 'units.csv')))).toEqual([true, true]);
    }
  });
});
