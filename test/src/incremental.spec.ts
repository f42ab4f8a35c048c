import fs, {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { readStudyFile, runStudy, type StudyEvent } from '@intermodel/pipelines';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { csvRows, folderBytes, intermodel } from './command-line.ts';
import { computed, copyImage, imageFile, removeImage, smallStudies, tablesOf, writeModel } from './small-studies.ts';

const { at, study, run, fromNothing } = smallStudies();

describe('a study that is run again', () => {
  it('computes nothing where nothing changed, and says so', async () => {
    const file = study();
    const first = await run(file, 'again');
    expect(computed(first).filter((step) => step === 'maps a').length).toBeGreaterThan(3);
    const before = folderBytes(at('again'));
    const again = await run(file, 'again');
    expect(computed(again)).toEqual([]);
    expect(again.some((event) => event.kind === 'step-skipped' && event.step === 'matches')).toBe(true);
    expect(again.some((event) => event.kind === 'progress')).toBe(false);
    expect(folderBytes(at('again'))).toEqual(before);
    const told = JSON.parse(intermodel(['run', file, '--out', at('again'), '--json']).stdout) as {
      steps: { run: number };
    };
    // The report states the command, so it alone is written anew.
    expect(told.steps.run).toBeLessThan(6);
  });

  it('clears away what killed runs left half-written', async () => {
    const file = study();
    await run(file, 'littered');
    const before = folderBytes(at('littered'));
    writeFileSync(at('littered', '.profiles.csv.0a1b2c3d.partial'), 'half');
    cpSync(at('littered', 'models', 'a'), at('littered', 'models', '.a.0a1b2c3d.old'), { recursive: true });
    cpSync(at('littered', 'models', 'b'), at('littered', 'models', '.b.0a1b2c3d.partial'), { recursive: true });
    const events = await run(file, 'littered');
    expect(folderBytes(at('littered'))).toEqual(before);
    expect(events.some((event) => event.kind === 'warning' && /no model of the study/u.test(event.text))).toBe(false);
  });

  it('names the report that it wrote, of whatever kind', () => {
    const file = study();
    const last = (format: string) =>
      intermodel(['run', file, '--out', at('kinds'), '--format', format])
        .stdout.trimEnd()
        .split('\n')
        .at(-1);
    expect([last('md'), last('html,md')]).toEqual([
      expect.stringMatching(/report\.md$/u),
      expect.stringMatching(/report\.html$/u),
    ]);
  });

  it('writes anew what was changed in the output folder', async () => {
    const file = study();
    await run(file, 'touched');
    const before = folderBytes(at('touched'));
    writeFileSync(at('touched', 'report.html'), 'scribble');
    rmSync(at('touched', 'models', 'b', 'units.csv'));
    const again = computed(await run(file, 'touched'));
    expect(again.sort()).toEqual(['report touched', 'tables b']);
    expect(folderBytes(at('touched'))).toEqual(before);
  });

  it('dissects only a model that was added, shares images and labels, and tells how far the others moved', async () => {
    await run(study(), 'added');
    const file = study({ models: ['a', 'b', 'c', 'd'] });
    const events = await run(file, 'added');
    expect(
      new Set(
        computed(events).filter((step) => /^(?:maps|histogram|top|thresholds|overlaps|matches|labels)/u.test(step)),
      ),
    ).toEqual(new Set(['maps d', 'histogram d', 'top d', 'thresholds d', 'overlaps d', 'matches d']));
    const changes = JSON.parse(readFileSync(at('added', 'changes.json'), 'utf8')) as {
      added: string[];
      moved: { model: string }[];
    };
    expect([changes.added, changes.moved.map(({ model }) => model).sort()]).toEqual([['d'], ['a', 'b', 'c']]);
    expect(readFileSync(at('added', 'report.html'), 'utf8')).toContain('Since the last run');
    expect(computed(await run(file, 'added'))).toEqual([]);
    expect(tablesOf(folderBytes(at('added')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('tells models of one file apart, and shares what is stored of them', async () => {
    cpSync(at('a.onnx'), at('twin.onnx'));
    const file = study({ models: ['a', 'b', 'twin'] });
    await run(file, 'twins');
    for (const name of ['a', 'twin'])
      expect(new Set(csvRows(at('twins', 'models', name, 'units.csv')).map(({ model }) => model))).toEqual(
        new Set([name]),
      );
    expect(
      computed(await run(study({ models: ['twin', 'b', 'c'] }), 'twins')).filter((step) =>
        /^(?:maps|top|thresholds|overlaps) (?:twin|b)/u.test(step),
      ),
    ).toEqual([]);
  });

  it('leaves files alone that are not its own, in the output folder and beside the models', async () => {
    const file = study();
    await run(file, 'notes');
    const own = [
      'notes.md',
      'plan.json',
      path.join('models', 'a', 'notes.txt'),
      path.join('models', 'c', 'notes.txt'),
      path.join('models', 'b', 'drafts'),
      path.join('models', 'mine'),
    ];
    for (const name of own.slice(4)) mkdirSync(at('notes', name));
    for (const name of own.slice(0, 4)) writeFileSync(at('notes', name), 'mine');
    await run(file, 'notes');
    // A run that was killed between moving the old folder away and removing it.
    mkdirSync(at('notes', 'models', '.a.0a1b2c3d.old'));
    renameSync(at('notes', own[2] as string), at('notes', 'models', '.a.0a1b2c3d.old', 'notes.txt'));
    const events = await run(study({ models: ['a', 'b', 'd'], more: { matching: { gate: 0.06 } } }), 'notes');
    expect(own.filter((name) => existsSync(at('notes', name)))).toEqual(own);
    expect([readdirSync(at('notes', 'models')).sort(), readdirSync(at('notes', 'models', 'c'))]).toEqual([
      ['a', 'b', 'c', 'd', 'mine'],
      ['notes.txt'],
    ]);
    expect(events.flatMap((event) => (event.kind === 'warning' && event.subject === 'c' ? [event.text] : []))).toEqual([
      expect.stringContaining('other files in its folder stay'),
    ]);
  });

  it('records a change of models even where the run that made it stopped while it wrote', async () => {
    await run(study(), 'half-written');
    const file = study({ models: ['a', 'b', 'c', 'd'] });
    rmSync(at('half-written', 'clusters.csv'));
    mkdirSync(at('half-written', 'clusters.csv'));
    await expect(run(file, 'half-written')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    rmSync(at('half-written', 'clusters.csv'), { recursive: true });
    await run(file, 'half-written');
    expect(JSON.parse(readFileSync(at('half-written', 'changes.json'), 'utf8'))).toMatchObject({ added: ['d'] });
    truncateSync(at('half-written', 'embedding.arrow'), 50);
    await run(file, 'half-written');
    expect(tablesOf(folderBytes(at('half-written')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('removes the folder of a model that is listed no more, and says so', async () => {
    await run(study({ models: ['a', 'b', 'c', 'd'] }), 'fewer');
    const events = await run(study(), 'fewer');
    expect(readdirSync(at('fewer', 'models')).sort()).toEqual(['a', 'b', 'c']);
    expect(events.some((event) => event.kind === 'warning' && event.subject === 'd')).toBe(true);
  });

  it('places a new model in a frozen embedding without moving the others', async () => {
    await run(study(), 'frozen-base');
    const base = csvRows(at('frozen-base', 'embedding.csv'));
    await run(study({ models: ['a', 'b', 'c', 'd'], more: { embedding: { frozen: at('frozen-base') } } }), 'frozen');
    const placed = csvRows(at('frozen', 'embedding.csv'));
    expect(placed.map(({ model }) => model).sort()).toEqual(['a', 'b', 'c', 'd']);
    for (const { model, pc1 } of base)
      expect(Number(placed.find((row) => row['model'] === model)?.['pc1'])).toBeCloseTo(Number(pc1), 12);
  });

  it.each([
    [
      'an image goes',
      (folder: string) => {
        removeImage(folder, 11);
      },
    ],
    [
      'images come',
      (folder: string) => {
        for (const [from, to] of [
          [3, '003b'],
          [20, '100'],
        ] as const)
          copyImage(folder, from, to);
      },
    ],
    [
      'an image changes',
      (folder: string) => {
        cpSync(imageFile(folder, 4), imageFile(folder, 9));
      },
    ],
    [
      'labels change',
      (folder: string) => {
        cpSync(path.join(folder, 'labels', 'scene-002.png'), path.join(folder, 'labels', 'scene-014.png'));
      },
    ],
    [
      'many images go',
      (folder: string) => {
        for (let image = 0; image < 9; image++) removeImage(folder, image);
      },
    ],
  ])('runs only the shards in which %s, with the bytes of a run from nothing', async (_, change) => {
    for (const name of ['moving', 'images-out']) rmSync(at(name), { recursive: true, force: true });
    cpSync(at('data'), at('moving'), { recursive: true });
    const file = study({ data: 'moving' });
    const first = computed(await run(file, 'images-out')).filter((step) => step === 'maps a').length;
    change(at('moving'));
    const again = computed(await run(file, 'images-out')).filter((step) => step === 'maps a').length;
    expect(again).toBeLessThan(first);
    expect(folderBytes(at('images-out'))).toEqual(await fromNothing(file));
  });

  it.each([
    [
      'an image changes',
      (folder: string) => imageFile(folder, 25),
      (file: string) => {
        cpSync(imageFile(at('changing'), 4), file);
      },
    ],
    [
      'an image goes',
      (folder: string) => imageFile(folder, 25),
      (file: string) => {
        rmSync(file, { force: true });
      },
    ],
    [
      'an image is cut short',
      (folder: string) => imageFile(folder, 25),
      (file: string) => {
        truncateSync(file, 60);
      },
    ],
    [
      'a label image changes',
      (folder: string) => path.join(folder, 'labels', 'scene-025.png'),
      (file: string) => {
        cpSync(path.join(at('changing'), 'labels', 'scene-002.png'), file);
      },
    ],
    [
      'a model changes',
      () => at('changing.onnx'),
      (file: string) => {
        cpSync(at('d.onnx'), file);
      },
    ],
  ])('stops where %s after it was hashed, and stores nothing of it under the old bytes', async (_, choose, change) => {
    for (const name of ['changing', 'changing-out']) rmSync(at(name), { recursive: true, force: true });
    cpSync(at('data'), at('changing'), { recursive: true });
    cpSync(at('a.onnx'), at('changing.onnx'));
    const file = study({ data: 'changing', models: ['changing', 'b', 'c'] });
    const changed = choose(at('changing'));
    const before = readFileSync(changed);
    const disturbed = lastValueFrom(
      runStudy(readStudyFile(file), { out: at('changing-out'), command: 'test' }).pipe(
        tap((event) => {
          // All files are hashed by then, and no shard is stored.
          if (event.kind === 'step-started' && event.step === 'maps') change(changed);
        }),
      ),
    );
    await expect(disturbed).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining(path.basename(changed)) as string,
    });
    writeFileSync(changed, before);
    await run(file, 'changing-out');
    expect(folderBytes(at('changing-out'))).toEqual(await fromNothing(file));
  });

  it.each([
    ['the gate', { matching: { gate: 0.08 } }],
    ['the score', { matching: { score: 'mcc' } }],
    ['the level', { matching: { level: 0.995 } }],
    ['the variant of dissection', { preset: 'gandissect' }],
    ['a second variant', { diffPreset: 'gandissect' }],
    ['the normalisation', { embedding: { components: 1, clusters: 2, normalisation: 'count' } }],
    ['the gallery', { gallery: { units: 3, images: 2 } }],
  ])('runs no model where %s changes', async (_, change) => {
    rmSync(at('choices'), { recursive: true, force: true });
    await run(study(), 'choices');
    const file = study({ more: change });
    const again = computed(await run(file, 'choices'));
    expect(again.filter((step) => /^(?:maps|top)/u.test(step))).toEqual([]);
    expect(folderBytes(at('choices'))).toEqual(await fromNothing(file));
  });

  it.each([
    ['netdissect-2017', 'dissect-2020'],
    ['gandissect', 'dissect-2020'],
    ['gandissect', 'netdissect-lite'],
  ])('runs no model where %s gives way to %s, which needs more maps', async (before, after) => {
    rmSync(at('presets'), { recursive: true, force: true });
    const matching = { minimumImages: 1, minimumCoverage: 0 };
    await run(study({ more: { preset: before, matching } }), 'presets');
    const file = study({ more: { preset: after, matching } });
    const again = computed(await run(file, 'presets'));
    expect(again.filter((step) => /^(?:maps|top)/u.test(step))).toEqual([]);
    expect(again.filter((step) => step.startsWith('matches'))).toHaveLength(3);
    expect(folderBytes(at('presets'))).toEqual(await fromNothing(file));
  });

  it('runs no model where one is left out of the embedding, and tells of that', async () => {
    await run(study({ models: ['a', 'b', 'c', 'd'] }), 'left-out');
    const file = study({
      models: ['a', 'b', 'c', 'd'],
      more: { embedding: { components: 1, clusters: 2, exclude: ['c'] } },
    });
    expect(
      computed(await run(file, 'left-out'))
        .filter((step) => !step.startsWith('tables'))
        .sort(),
    ).toEqual(['bootstrap', 'embedding', 'report left-out']);
    expect(JSON.parse(readFileSync(at('left-out', 'changes.json'), 'utf8'))).toMatchObject({
      added: [],
      removed: ['c'],
    });
    expect(tablesOf(folderBytes(at('left-out')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('relates to changed scores without running a model', async () => {
    const scores = (value: number) => {
      writeFileSync(
        at('scores.csv'),
        `model,task,dataset,metric,score\n${['a', 'b', 'c'].map((model, index) => `${model},detection,VOC,AP,${String(index * value)}`).join('\n')}\n`,
      );
    };
    scores(1);
    const file = study({ more: { scores: 'scores.csv' } });
    await run(file, 'scored');
    scores(-3);
    expect(
      computed(await run(file, 'scored'))
        .filter((step) => !step.startsWith('tables'))
        .sort(),
    ).toEqual(['relations', 'report scored']);
    expect(folderBytes(at('scored'))).toEqual(await fromNothing(file));
  });

  it('relates anew by a changed table of families, and states what it was given', async () => {
    writeFileSync(
      at('scores.csv'),
      `model,task,dataset,metric,column,score\n${['a', 'b', 'c'].flatMap((model, index) => ['x', 'y'].map((column) => `${model},detection,VOC,AP,${column},${String((index * 7) % 5)}`)).join('\n')}\n`,
    );
    const families = (other: string) => {
      writeFileSync(at('families.csv'), `model,family,reason\na,one,shared code\nb,${other},shared code\nd,one,\n`);
    };
    families('one');
    const relations = { families: 'families.csv', given: 'y', permuteWithin: 'families', correction: 'max-t' };
    const file = study({ more: { scores: 'scores.csv', relations } });
    await run(file, 'families');
    expect(readFileSync(at('families', 'families.csv'), 'utf8')).toBe(
      'model,family,reason\na,one,shared code\nb,one,shared code\nc,c,\n',
    );
    expect(readFileSync(at('families', 'manifest.json'), 'utf8')).toContain(
      'c: The table of families has no family for it',
    );
    const power = readFileSync(at('families', 'power.csv'), 'utf8');
    expect(power).toMatch(/^relations,3,\d+,\d+,max-t,families,0\.5,/mu);
    families('two');
    expect(
      computed(await run(file, 'families'))
        .filter((step) => !step.startsWith('tables'))
        .sort(),
    ).toEqual(['relations', 'report families']);
    expect(readFileSync(at('families', 'power.csv'), 'utf8')).toContain('any one model is left out');
    expect(folderBytes(at('families'))).toEqual(await fromNothing(file));
  });

  it('runs again only the shard whose maps were dropped under a bound that holds no more', async () => {
    // Grey images, each a shard: the threshold lies at the ninth brightest, so that the last one's maps are dropped.
    const levels = [250, 251, 252, 253, 254, 240, 241, 242, 243, 100];
    const grey = (folder: string, greys: readonly number[]) =>
      writePlainLayout(
        at(folder),
        drawScenes({ count: greys.length }).map((scene, index) => ({
          ...scene,
          pixels: new Uint8Array(scene.pixels.length).fill(greys[index] as number),
        })),
      );
    rmSync(at('greys'), { recursive: true, force: true });
    grey('greys', levels);
    const nodes = [
      { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    ];
    writeFileSync(
      at('channels.onnx'),
      buildOnnxModel({ inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }], outputs: [{ name: 'pooled' }], nodes }),
    );
    const file = study({
      models: ['channels'],
      data: 'greys',
      more: { embedding: undefined, matching: { level: 0.19 }, runtime: { imagesPerShard: 1 }, gallery: { units: 0 } },
    });
    const shardsRun = (events: readonly StudyEvent[]) =>
      events.flatMap((event) =>
        event.kind === 'shard-done' && event.models.length > 0 ? [event.shard.slice(0, 9)] : [],
      );
    expect(shardsRun(await run(file, 'dropped'))).toHaveLength(levels.length);
    // Another image gets dark: it is run, and the one whose maps are wanted now; the others have theirs.
    grey(
      'greys',
      levels.map((level) => (level === 243 ? 10 : level)),
    );
    const events = await run(file, 'dropped');
    expect(shardsRun(events)).toEqual(['scene-008', 'scene-009']);
    expect(folderBytes(at('dropped'))).toEqual(await fromNothing(file));
  });

  it('notices bytes that changed while size and times stayed only when told to verify', async () => {
    rmSync(at('unnoticed'), { recursive: true, force: true });
    writeModel(at('disguised.onnx'), 11);
    const file = study({ models: ['a', 'b', 'disguised'] });
    // Younger files are hashed in each run, since they may still be written to.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await run(file, 'unnoticed');
    const before = statSync(at('disguised.onnx'), { bigint: true });
    const real = statSync;
    writeModel(at('disguised.onnx'), 12);
    expect(statSync(at('disguised.onnx')).size).toBe(Number(before.size));
    // No program can set back the time of the last change of state, but a disk may fail to tell of a change.
    const blind = new Proxy(real, {
      apply: (target, self, argv: unknown[]): unknown =>
        argv[0] === at('disguised.onnx') && (argv[1] as { bigint?: boolean } | undefined)?.bigint === true
          ? before
          : Reflect.apply(target, self, argv),
    });
    const look = vi.spyOn(fs, 'statSync').mockImplementation(blind);
    syncBuiltinESMExports();
    try {
      expect(computed(await run(file, 'unnoticed'))).toEqual([]);
      const events = await run(file, 'unnoticed', { verify: true });
      expect(
        events.some(
          (event) =>
            event.kind === 'warning' && event.subject === at('disguised.onnx') && /its bytes changed/u.test(event.text),
        ),
      ).toBe(true);
      expect(new Set(computed(events).filter((step) => step.startsWith('maps')))).toEqual(new Set(['maps disguised']));
    } finally {
      look.mockRestore();
      syncBuiltinESMExports();
    }
    expect(tablesOf(folderBytes(at('unnoticed')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('hashes files again when told to, and computes nothing where they are the same', async () => {
    for (const name of ['unseen', 'verified']) rmSync(at(name), { recursive: true, force: true });
    cpSync(at('data'), at('unseen'), { recursive: true, preserveTimestamps: true });
    const file = study({ data: 'unseen' });
    await run(file, 'verified');
    expect(computed(await run(file, 'verified', { verify: true }))).toEqual([]);
  });
});
