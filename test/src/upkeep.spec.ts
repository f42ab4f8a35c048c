import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderBytes, intermodel, stepFiles } from './command-line.ts';
import { computed, exit, removeImage, smallStudies, start, until } from './small-studies.ts';

const { at, study, run } = smallStudies();

describe('looking after a study', () => {
  it('tells which steps are done, stale (and why) or missing', async () => {
    rmSync(at('told'), { recursive: true, force: true });
    const status = (file: string) =>
      JSON.parse(intermodel(['status', file, '--out', at('told'), '--json']).stdout) as {
        isComplete: boolean;
        groups: {
          step: string;
          model: string;
          done: number;
          stale: number;
          missing: number;
          toRun: number;
          bytes: number;
          why: string[];
        }[];
      };
    const before = status(study());
    expect([before.isComplete, before.groups.every(({ done }) => done === 0)]).toEqual([false, true]);
    await run(study(), 'told');
    const done = status(study());
    expect([
      done.isComplete,
      done.groups.every(({ stale, missing, bytes }) => stale + missing === 0 && bytes > 0),
    ]).toEqual([true, true]);
    const gated = status(study({ more: { matching: { gate: 0.1 } } })).groups.filter(({ toRun }) => toRun > 0);
    expect(new Set(gated.map(({ step }) => step))).toEqual(
      new Set([
        'matches',
        'nulls',
        'replicates',
        'tested',
        'gallery',
        'profiles',
        'embedding',
        'bootstrap',
        'tables',
        'report',
      ]),
    );
    expect(gated.find(({ step }) => step === 'matches')?.why).toEqual(['option matching.gate: 0.04 -> 0.1']);
    const text = intermodel(['status', study({ models: ['a', 'b', 'd'] }), '--out', at('told')]).stdout;
    expect(text).toMatch(/maps +d +0 +0 +\d+ /u);
    expect(intermodel(['status', study()]).stderr).toMatch(/^error STORE_NOT_GIVEN/u);
  });

  it('foresees as many steps as a run makes: from nothing, with one model more, with one image less', async () => {
    rmSync(at('foreseen'), { recursive: true, force: true });
    cpSync(at('data'), at('foreseen-data'), { recursive: true });
    const toRun = (file: string) =>
      (
        JSON.parse(intermodel(['status', file, '--out', at('foreseen'), '--json']).stdout) as {
          groups: { toRun: number }[];
        }
      ).groups.reduce((sum, group) => sum + group.toRun, 0);
    const changes = [
      () => undefined,
      () => undefined,
      () => {
        removeImage(at('foreseen-data'), 5);
      },
    ];
    for (const [turn, change] of changes.entries()) {
      change();
      const file = study({
        data: 'foreseen-data',
        file: 'foreseen.json',
        models: turn === 0 ? ['a', 'b', 'c'] : ['a', 'b', 'c', 'd'],
      });
      const foreseen = toRun(file);
      expect(foreseen).toBeGreaterThan(0);
      expect((await run(file, 'foreseen')).filter(({ kind }) => kind === 'step-done')).toHaveLength(foreseen);
      expect(toRun(file)).toBe(0);
    }
  });

  it('lists what no study needs, and removes it only when told to', async () => {
    rmSync(at('cleaned'), { recursive: true, force: true });
    await run(study({ models: ['a', 'b', 'c', 'd'] }), 'cleaned');
    const file = study();
    await run(file, 'cleaned');
    const expected = folderBytes(at('cleaned'));
    const held = stepFiles(at('cleaned', '.store')).length;
    const listed = intermodel(['clean', file, '--out', at('cleaned')]);
    expect(listed.stdout).toMatch(/maps +d maps from/u);
    expect(stepFiles(at('cleaned', '.store'))).toHaveLength(held);
    expect(intermodel(['clean', file, '--out', at('cleaned'), '--remove']).stdout).toMatch(/^Removed \d+ steps/u);
    expect(stepFiles(at('cleaned', '.store')).length).toBeLessThan(held);
    expect(computed(await run(file, 'cleaned'))).toEqual([]);
    expect(folderBytes(at('cleaned'))).toEqual(expected);
    expect(intermodel(['clean', file, '--out', at('cleaned')]).stdout).toMatch(/^Nothing to remove/u);
  });

  it('keeps what galleries of the command line need, and records of folders that were not named', () => {
    const file = study();
    const gallery = ['--gallery-units', '3', '--gallery-images', '4'];
    const again = ['run', file, '--out', at('chosen'), '--store', at('chosen-steps'), ...gallery, '--json'];
    intermodel(again);
    expect(intermodel(['status', file, '--store', at('chosen-steps'), ...gallery]).stdout).toContain('Complete');
    expect(intermodel(['clean', file, '--store', at('chosen-steps'), ...gallery, '--remove']).stdout).toMatch(
      /^Nothing to remove/u,
    );
    expect(JSON.parse(intermodel(again).stdout)).toMatchObject({ steps: { run: 0 } });
  });

  it('runs again as the study file and the images change, also after a mistake, until Ctrl-C', async () => {
    cpSync(at('data'), at('watched-data'), { recursive: true });
    const file = study({ data: 'watched-data', file: 'watched.json' });
    const child = start(['watch', file, '--out', at('watched')]);
    const ended = exit(child);
    const waits = () => child.told().split('waiting for changes').length - 1;
    await until(() => waits() === 1, child.told);
    removeImage(at('watched-data'), 5);
    await until(() => waits() === 2, child.told);
    expect(child.told()).toMatch(/changed: .*scene-005/u);
    writeFileSync(file, '{');
    await until(() => waits() === 3, child.told);
    expect(child.told()).toMatch(/^error [A-Z_]+: .*watched\.json/mu);
    study({ data: 'watched-data', file: 'watched.json', models: ['a', 'b', 'c', 'd'] });
    await until(() => waits() === 4, child.told);
    expect(child.told()).toMatch(/changed: watched\.json/u);
    expect(readdirSync(at('watched', 'models')).sort()).toEqual(['a', 'b', 'c', 'd']);
    study({ data: 'watched-data', file: 'watched.json' });
    await until(() => waits() === 5, child.told);
    expect(child.told()).toMatch(/^note: d: .*its folder was removed/mu);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
