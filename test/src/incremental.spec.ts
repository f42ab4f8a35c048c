import { spawn, type ChildProcess } from 'node:child_process';
import fs, { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import { readStudyFile, runStudy, type Study, type StudyEvent, type StudyRun } from '@intermodel/pipelines';
import { fileStore, memoryStore } from '@intermodel/streams';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { csvRows, folderBytes, intermodel, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const imageCount = 26;

/** Four models of one layer with weights of their own, and 26 drawn scenes, in shards of 3 to 6. */
beforeAll(() => {
  writePlainLayout(at('data'), drawScenes({ count: imageCount, width: 64, height: 48, seed: 7 }));
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) writeModel(name, index);
});

function writeModel(name: string, seed: number): void {
  const weights = Array.from({ length: 16 * 3 * 9 }, (_, place) => Math.sin(place * (seed + 1.3)));
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }],
    outputs: [{ name: 'scores', dims: ['batch', 16] }],
    nodes: [
      { op: 'Conv', inputs: ['input', 'weights'], outputs: ['convolved'] },
      { op: 'Relu', inputs: ['convolved'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['scores'] },
    ],
    initializers: { weights: { dims: [16, 3, 3, 3], data: weights } },
  };
  writeFileSync(at(`${name}.onnx`), buildOnnxModel(graph));
}

interface StudyChoices {
  readonly models?: readonly string[];
  readonly data?: string;
  readonly file?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Writes a study file and gives its path. */
function study({ models = ['a', 'b', 'c'], data = 'data', file = 'study.json', more = {} }: StudyChoices = {}): string {
  const input = { width: 32, height: 32, preset: 'zero-one' };
  const content = {
    data: { images: `${data}/images`, labels: `${data}/labels`, labelNames: `${data}/labels.csv` },
    models: models.map((name) => ({ name, file: `${name}.onnx`, layer: 'maps', input })),
    runtime: { imagesPerShard: 6 },
    gallery: { units: 2, images: 2 },
    embedding: { components: 1, clusters: 2 },
    ...more,
  };
  writeFileSync(at(file), JSON.stringify(content));
  return at(file);
}

/** Runs a study in this process and gives all that it told. */
async function run(file: string, out: string, options: { readonly verify?: boolean } = {}): Promise<readonly StudyEvent[]> {
  return lastValueFrom(runStudy(readStudyFile(file), { out: at(out), command: 'test', ...options }).pipe(toArray()));
}

/** Steps of a run that were computed: `maps a`, once for each shard. */
function computed(events: readonly StudyEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'step-done' ? [`${event.step} ${event.subject.split(' ')[0] ?? ''}`.trim()] : []));
}

/** What a run from nothing gives. */
async function fromNothing(file: string): Promise<Record<string, string>> {
  rmSync(at('fresh'), { recursive: true, force: true });
  await run(file, 'fresh');
  return folderBytes(at('fresh'));
}

/** Files but for those that tell of the way to them too: of changes, and of what was noticed. */
function tablesOf(bytes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(bytes).filter(([name]) => !['changes.json', 'report.html', 'manifest.json'].includes(name)));
}

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
    const told = JSON.parse(intermodel(['run', file, '--out', at('again'), '--json']).stdout) as { steps: { run: number } };
    // The report states the command, so it alone is written anew.
    expect(told.steps.run).toBeLessThan(6);
  });

  it('clears away what killed runs left half-written', async () => {
    const file = study();
    await run(file, 'littered');
    const before = folderBytes(at('littered'));
    writeFileSync(at('littered', 'profiles.csv.0a1b2c3d.partial'), 'half');
    cpSync(at('littered', 'models', 'a'), at('littered', 'models', 'a.0a1b2c3d.old'), { recursive: true });
    cpSync(at('littered', 'models', 'b'), at('littered', 'models', 'b.0a1b2c3d.partial'), { recursive: true });
    const events = await run(file, 'littered');
    expect(folderBytes(at('littered'))).toEqual(before);
    expect(events.some((event) => event.kind === 'warning' && /no model of the study/u.test(event.text))).toBe(false);
  });

  it('names the report that it wrote, of whatever kind', () => {
    const file = study();
    const last = (format: string) => intermodel(['run', file, '--out', at('kinds'), '--format', format]).stdout.trimEnd().split('\n').at(-1);
    expect([last('md'), last('html,md')]).toEqual([expect.stringMatching(/report\.md$/u), expect.stringMatching(/report\.html$/u)]);
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
    expect(new Set(computed(events).filter((step) => /^(?:maps|histogram|top|thresholds|overlaps|matches|labels)/u.test(step)))).toEqual(new Set(['maps d', 'histogram d', 'top d', 'thresholds d', 'overlaps d', 'matches d']));
    const changes = JSON.parse(readFileSync(at('added', 'changes.json'), 'utf8')) as { added: string[]; moved: { model: string }[] };
    expect([changes.added, changes.moved.map(({ model }) => model).sort()]).toEqual([['d'], ['a', 'b', 'c']]);
    expect(readFileSync(at('added', 'report.html'), 'utf8')).toContain('Since the last run');
    expect(computed(await run(file, 'added'))).toEqual([]);
    expect(tablesOf(folderBytes(at('added')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('tells models of one file apart, and shares what is stored of them', async () => {
    cpSync(at('a.onnx'), at('twin.onnx'));
    const file = study({ models: ['a', 'b', 'twin'] });
    await run(file, 'twins');
    for (const name of ['a', 'twin']) expect(new Set(csvRows(at('twins', 'models', name, 'units.csv')).map(({ model }) => model))).toEqual(new Set([name]));
    expect(computed(await run(study({ models: ['twin', 'b', 'c'] }), 'twins')).filter((step) => /^(?:maps|top|thresholds|overlaps) (?:twin|b)/u.test(step))).toEqual([]);
  });

  it('leaves files alone that are not its own, in the output folder and beside the models', async () => {
    const file = study();
    await run(file, 'notes');
    const own = ['notes.md', 'plan.json', path.join('models', 'a', 'notes.txt'), path.join('models', 'c', 'notes.txt'), path.join('models', 'b', 'drafts'), path.join('models', 'mine')];
    for (const name of own.slice(4)) mkdirSync(at('notes', name));
    for (const name of own.slice(0, 4)) writeFileSync(at('notes', name), 'mine');
    await run(file, 'notes');
    // A run that was killed between moving the old folder away and removing it.
    mkdirSync(at('notes', 'models', 'a.0a1b2c3d.old'));
    renameSync(at('notes', own[2] as string), at('notes', 'models', 'a.0a1b2c3d.old', 'notes.txt'));
    const events = await run(study({ models: ['a', 'b', 'd'], more: { matching: { gate: 0.06 } } }), 'notes');
    expect(own.filter((name) => existsSync(at('notes', name)))).toEqual(own);
    expect([readdirSync(at('notes', 'models')).sort(), readdirSync(at('notes', 'models', 'c'))]).toEqual([['a', 'b', 'c', 'd', 'mine'], ['notes.txt']]);
    expect(events.flatMap((event) => (event.kind === 'warning' && event.subject === 'c' ? [event.text] : []))).toEqual([expect.stringContaining('other files in its folder stay')]);
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
    for (const { model, pc1 } of base) expect(Number(placed.find((row) => row['model'] === model)?.['pc1'])).toBeCloseTo(Number(pc1), 12);
  });

  it.each([
    ['an image goes', (folder: string) => { removeImage(folder, 11); }],
    ['images come', (folder: string) => { for (const [from, to] of [[3, '003b'], [20, '100']] as const) copyImage(folder, from, to); }],
    ['an image changes', (folder: string) => { cpSync(imageFile(folder, 4), imageFile(folder, 9)); }],
    ['labels change', (folder: string) => { cpSync(path.join(folder, 'labels', 'scene-002.png'), path.join(folder, 'labels', 'scene-014.png')); }],
    ['many images go', (folder: string) => { for (let image = 0; image < 9; image++) removeImage(folder, image); }],
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
    ['an image changes', (folder: string) => imageFile(folder, 25), (file: string) => { cpSync(imageFile(at('changing'), 4), file); }],
    ['an image goes', (folder: string) => imageFile(folder, 25), (file: string) => { rmSync(file, { force: true }); }],
    ['an image is cut short', (folder: string) => imageFile(folder, 25), (file: string) => { truncateSync(file, 60); }],
    ['a label image changes', (folder: string) => path.join(folder, 'labels', 'scene-025.png'), (file: string) => { cpSync(path.join(at('changing'), 'labels', 'scene-002.png'), file); }],
    ['a model changes', () => at('changing.onnx'), (file: string) => { cpSync(at('d.onnx'), file); }],
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
    await expect(disturbed).rejects.toMatchObject({ code: 'FILE_CHANGED', message: expect.stringContaining(path.basename(changed)) as string });
    writeFileSync(changed, before);
    await run(file, 'changing-out');
    expect(folderBytes(at('changing-out'))).toEqual(await fromNothing(file));
  });

  it.each([
    ['the gate', { matching: { gate: 0.08 } }],
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
    const file = study({ models: ['a', 'b', 'c', 'd'], more: { embedding: { components: 1, clusters: 2, exclude: ['c'] } } });
    expect(computed(await run(file, 'left-out')).filter((step) => !step.startsWith('tables')).sort()).toEqual(['embedding', 'report left-out']);
    expect(JSON.parse(readFileSync(at('left-out', 'changes.json'), 'utf8'))).toMatchObject({ added: [], removed: ['c'] });
    expect(tablesOf(folderBytes(at('left-out')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('relates to changed scores without running a model', async () => {
    const scores = (value: number) => {
      writeFileSync(at('scores.csv'), `model,task,dataset,metric,score\n${['a', 'b', 'c'].map((model, index) => `${model},detection,VOC,AP,${String(index * value)}`).join('\n')}\n`);
    };
    scores(1);
    const file = study({ more: { scores: 'scores.csv' } });
    await run(file, 'scored');
    scores(-3);
    expect(computed(await run(file, 'scored')).filter((step) => !step.startsWith('tables')).sort()).toEqual(['relations', 'report scored']);
    expect(folderBytes(at('scored'))).toEqual(await fromNothing(file));
  });

  it('runs again only the shard whose maps were dropped under a bound that holds no more', async () => {
    // Grey images, each a shard: the threshold lies at the ninth brightest, so that the last one's maps are dropped.
    const levels = [250, 251, 252, 253, 254, 240, 241, 242, 243, 100];
    const grey = (folder: string, greys: readonly number[]) => writePlainLayout(at(folder), drawScenes({ count: greys.length }).map((scene, index) => ({ ...scene, pixels: new Uint8Array(scene.pixels.length).fill(greys[index] as number) })));
    rmSync(at('greys'), { recursive: true, force: true });
    grey('greys', levels);
    const nodes = [
      { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    ];
    writeFileSync(at('channels.onnx'), buildOnnxModel({ inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }], outputs: [{ name: 'pooled' }], nodes }));
    const file = study({ models: ['channels'], data: 'greys', more: { embedding: undefined, matching: { level: 0.19 }, runtime: { imagesPerShard: 1 }, gallery: { units: 0 } } });
    const shardsRun = (events: readonly StudyEvent[]) => events.flatMap((event) => (event.kind === 'shard-done' && event.models.length > 0 ? [event.shard.slice(0, 9)] : []));
    expect(shardsRun(await run(file, 'dropped'))).toHaveLength(levels.length);
    // Another image gets dark: it is run, and the one whose maps are wanted now; the others have theirs.
    grey('greys', levels.map((level) => (level === 243 ? 10 : level)));
    const events = await run(file, 'dropped');
    expect(shardsRun(events)).toEqual(['scene-008', 'scene-009']);
    expect(folderBytes(at('dropped'))).toEqual(await fromNothing(file));
  });

  it('notices bytes that changed while size and times stayed only when told to verify', async () => {
    rmSync(at('unnoticed'), { recursive: true, force: true });
    writeModel('disguised', 11);
    const file = study({ models: ['a', 'b', 'disguised'] });
    // Younger files are hashed in each run, since they may still be written to.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await run(file, 'unnoticed');
    const [before, real] = [statSync(at('disguised.onnx'), { bigint: true }), statSync];
    writeModel('disguised', 12);
    expect(statSync(at('disguised.onnx')).size).toBe(Number(before.size));
    // No program can set back the time of the last change of state, but a disk may fail to tell of a change.
    const blind = new Proxy(real, { apply: (target, self, argv: unknown[]): unknown => (argv[0] === at('disguised.onnx') && (argv[1] as { bigint?: boolean } | undefined)?.bigint === true ? before : Reflect.apply(target, self, argv)) });
    const look = vi.spyOn(fs, 'statSync').mockImplementation(blind);
    syncBuiltinESMExports();
    try {
      expect(computed(await run(file, 'unnoticed'))).toEqual([]);
      const events = await run(file, 'unnoticed', { verify: true });
      expect(events.some((event) => event.kind === 'warning' && event.subject === at('disguised.onnx') && /its bytes changed/u.test(event.text))).toBe(true);
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

function imageFile(folder: string, image: number): string {
  return path.join(folder, 'images', `scene-${String(image).padStart(3, '0')}.${path.extname(readdirSync(path.join(folder, 'images'))[0] ?? '').slice(1)}`);
}

/** All files of an image: itself and its label planes. */
function filesOf(folder: string, image: number): string[] {
  const stem = `scene-${String(image).padStart(3, '0')}`;
  return ['images', 'labels'].flatMap((kind) => readdirSync(path.join(folder, kind)).filter((name) => name.startsWith(stem)).map((name) => path.join(folder, kind, name)));
}

function removeImage(folder: string, image: number): void {
  for (const file of filesOf(folder, image)) rmSync(file);
}

function copyImage(folder: string, image: number, to: string): void {
  for (const file of filesOf(folder, image)) cpSync(file, file.replace(`scene-${String(image).padStart(3, '0')}`, `scene-${to}`));
}

const command = path.join(root, 'apps/cli/bin/intermodel.js');

function start(argv: readonly string[]): ChildProcess & { readonly told: () => string } {
  const child = spawn(process.execPath, [command, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return Object.assign(child, { told: () => text });
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    if (Date.now() - begun > 60_000) throw new Error(`not within a minute: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a run that does not end', () => {
  it('goes on after being killed at 30 random moments, with the bytes of an undisturbed run', async () => {
    const file = study();
    const undisturbed = start(['run', file, '--out', at('undisturbed'), '--quiet']);
    const begun = Date.now();
    expect(await exit(undisturbed)).toBe(0);
    const longest = Date.now() - begun;
    const expected = folderBytes(at('undisturbed'));
    const random = createRandom(30);
    let [killed, finished] = [0, 0];
    while (killed < 30) {
      const child = start(['run', file, '--out', at('killed'), '--quiet']);
      const ended = exit(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), longest * (0.15 + 0.85 * random.uniform()));
      const code = await ended;
      clearTimeout(timer);
      if (code === null) {
        killed++;
        continue;
      }
      expect([code, child.told()]).toEqual([0, '']);
      expect(folderBytes(at('killed'))).toEqual(expected);
      rmSync(at('killed'), { recursive: true });
      finished++;
    }
    expect(intermodel(['run', file, '--out', at('killed'), '--quiet'])).toMatchObject({ code: 0 });
    expect(folderBytes(at('killed'))).toEqual(expected);
    expect(killed + finished).toBeGreaterThanOrEqual(30);
  }, 300_000);

  it('skips the shards that a run finished which was killed', async () => {
    const file = study();
    const child = start(['run', file, '--out', at('killed-late'), '--verbose']);
    const ofShard = (shard: string) => new RegExp(`^(?:labels|(?:maps|histogram|top) [abc] maps from) ${shard}: done`, 'gmu');
    const shardsDone = () => [...child.told().matchAll(/^labels (\S+): done/gmu)].map(([, shard = '']) => shard).filter((shard) => child.told().match(ofShard(shard))?.length === 1 + 3 * 3);
    child.stderr?.on('data', () => {
      if (shardsDone().length > 0) child.kill('SIGKILL');
    });
    expect(await exit(child)).toBeNull();
    const finished = shardsDone();
    const events = await run(file, 'killed-late');
    const shardsOf = (kind: StudyEvent['kind']) => new Set(events.flatMap((event) => (event.kind === kind && 'step' in event && 'subject' in event && ['labels', 'maps', 'histogram', 'top'].includes(event.step) ? [event.subject.split(' ').at(-1)] : [])));
    const [again, skipped] = [shardsOf('step-done'), shardsOf('step-skipped')];
    expect(finished.length).toBeGreaterThan(0);
    expect(finished.map((shard) => [again.has(shard), skipped.has(shard)])).toEqual(finished.map(() => [false, true]));
    expect(again.size).toBeGreaterThan(0);
    expect(folderBytes(at('killed-late'))).toEqual(await fromNothing(file));
  });

  it('finds steps that were damaged or cut short, reports them, and makes them again', async () => {
    await run(study(), 'damaged');
    const steps = readdirSync(at('damaged', '.store', 'steps')).map((name) => at('damaged', '.store', 'steps', name));
    steps.forEach((file, index) => {
      if (index % 2 === 0) truncateSync(file, Math.floor(statSync(file).size * 0.7));
      else {
        const bytes = readFileSync(file);
        const place = bytes.length - 1 - (index % 40);
        bytes[place] = (bytes[place] as number) ^ 255;
        writeFileSync(file, bytes);
      }
    });
    const file = study({ more: { matching: { gate: 0.06 } } });
    const events = await run(file, 'damaged');
    expect(events.filter((event) => event.kind === 'warning' && /damaged/u.test(event.text)).length).toBeGreaterThan(3);
    expect(folderBytes(at('damaged'))).toEqual(await fromNothing(file));
    for (const name of readdirSync(at('damaged', '.store', 'steps'))) truncateSync(at('damaged', '.store', 'steps', name), 20);
    const told = intermodel(['run', file, '--out', at('damaged')]);
    expect(tablesOf(folderBytes(at('damaged')))).toEqual(tablesOf(await fromNothing(file)));
    expect([told.code, told.stderr]).toEqual([0, expect.stringMatching(/^(?:note: .*\.step: .*made again\n)+$/u)]);
  });

  it('makes galleries again of which nothing whole is left', async () => {
    const events = await run(study(), 'galleries');
    for (const event of events) {
      if (event.kind !== 'step-done' || !['top', 'gallery'].includes(event.step)) continue;
      const file = at('galleries', '.store', 'steps', `${event.key}.step`);
      const bytes = readFileSync(file);
      bytes[70] = (bytes[70] as number) ^ 255;
      writeFileSync(file, bytes);
    }
    const file = study({ more: { gallery: { units: 3, images: 2 } } });
    await run(file, 'galleries');
    await run(file, 'galleries');
    expect(folderBytes(at('galleries'))).toEqual(await fromNothing(file));
  });

  it('stops where the disk is full, keeps what was finished, and goes on once there is room', async () => {
    const file = study();
    // Files beyond 200 KiB cannot be written: maps are larger, other steps are not.
    const full = spawn('bash', ['-c', `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`, process.execPath, command, 'run', file, '--out', at('full')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    full.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    expect(await exit(full)).toBe(1);
    expect(told).toMatch(/^error WRITE_FAILED: .*\.store/u);
    expect(existsSync(at('full', 'manifest.json'))).toBe(false);
    expect(readdirSync(at('full', '.store', 'steps')).filter((name) => name.endsWith('.step')).length).toBeGreaterThan(0);
    await run(file, 'full');
    expect(folderBytes(at('full'))).toEqual(await fromNothing(file));
  });

  it('keeps a second run of the store out, naming the process, or lets it wait', async () => {
    const file = study();
    const first = start(['run', file, '--out', at('shared'), '--quiet']);
    const done = exit(first);
    await until(() => existsSync(at('shared', '.store', 'lock')), first.told);
    const refused = intermodel(['run', file, '--out', at('refused'), '--store', at('shared', '.store')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(new RegExp(`^error STORE_LOCKED: .*${String(first.pid)}`, 'u'));
    expect(existsSync(at('refused'))).toBe(false);
    const waiting = start(['run', file, '--out', at('shared'), '--wait']);
    expect([await done, await exit(waiting)]).toEqual([0, 0]);
    expect(waiting.told()).toContain(`waiting for process ${String(first.pid)}`);
  });
});

describe('looking after a study', () => {
  it('tells which steps are done, stale (and why) or missing', async () => {
    rmSync(at('told'), { recursive: true, force: true });
    const status = (file: string) => JSON.parse(intermodel(['status', file, '--out', at('told'), '--json']).stdout) as { isComplete: boolean; groups: { step: string; model: string; done: number; stale: number; missing: number; toRun: number; bytes: number; why: string[] }[] };
    const before = status(study());
    expect([before.isComplete, before.groups.every(({ done }) => done === 0)]).toEqual([false, true]);
    await run(study(), 'told');
    const done = status(study());
    expect([done.isComplete, done.groups.every(({ stale, missing, bytes }) => stale + missing === 0 && bytes > 0)]).toEqual([true, true]);
    const gated = status(study({ more: { matching: { gate: 0.1 } } })).groups.filter(({ toRun }) => toRun > 0);
    expect(new Set(gated.map(({ step }) => step))).toEqual(new Set(['matches', 'gallery', 'profiles', 'embedding', 'tables', 'report']));
    expect(gated.find(({ step }) => step === 'matches')?.why).toEqual(['option preset.minimumIou: 0.04 -> 0.1']);
    const text = intermodel(['status', study({ models: ['a', 'b', 'd'] }), '--out', at('told')]).stdout;
    expect(text).toMatch(/maps +d +0 +0 +\d+ /u);
    expect(intermodel(['status', study()]).stderr).toMatch(/^error STORE_NOT_GIVEN/u);
  });

  it('lists what no study needs, and removes it only when told to', async () => {
    rmSync(at('cleaned'), { recursive: true, force: true });
    await run(study({ models: ['a', 'b', 'c', 'd'] }), 'cleaned');
    const file = study();
    await run(file, 'cleaned');
    const [expected, held] = [folderBytes(at('cleaned')), readdirSync(at('cleaned', '.store', 'steps')).length];
    const listed = intermodel(['clean', file, '--out', at('cleaned')]);
    expect(listed.stdout).toMatch(/maps +d maps from/u);
    expect(readdirSync(at('cleaned', '.store', 'steps'))).toHaveLength(held);
    expect(intermodel(['clean', file, '--out', at('cleaned'), '--remove']).stdout).toMatch(/^Removed \d+ steps/u);
    expect(readdirSync(at('cleaned', '.store', 'steps')).length).toBeLessThan(held);
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
    expect(intermodel(['clean', file, '--store', at('chosen-steps'), ...gallery, '--remove']).stdout).toMatch(/^Nothing to remove/u);
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
  }, 120_000);
});

describe('runStudy as a library', () => {
  it('runs in a store of the program that embeds it, without a folder, and ends with the tables', async () => {
    const store = memoryStore();
    const open = readStudyFile(study());
    const events = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    const last = events.at(-1) as StudyRun;
    expect([last.kind, last.files, last.models.map(({ model }) => model.name)]).toEqual(['tables', [], ['a', 'b', 'c']]);
    expect(last.tables.points?.numRows).toBe(3);
    expect((await last.models[0]?.layers[0]?.overlaps())?.numRows).toBeGreaterThan(0);
    const kinds = (kind: StudyEvent['kind']) => new Set(events.flatMap((event) => (event.kind === kind && 'key' in event ? [event.key] : [])));
    expect(kinds('step-started')).toEqual(kinds('step-done'));
    const again = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    expect(computed(again)).toEqual([]);
  });

  it('tells of each shard of images once all that was counted of it is stored', async () => {
    const store = memoryStore();
    const told = async (open: Study, own = store) => lastValueFrom(runStudy(open, { store: own }).pipe(toArray()));
    const shardsOf = (events: readonly StudyEvent[]) => events.filter((event) => event.kind === 'shard-done');
    const events = await told(readStudyFile(study()));
    const shards = shardsOf(events);
    expect(shards.length).toBeGreaterThan(3);
    expect(shards.map(({ models, done, total }) => [models, done, total])).toEqual(shards.map((_, index) => [['a', 'b', 'c'], index + 1, shards.length]));
    expect(shards.reduce((sum, { images }) => sum + images, 0)).toBe(imageCount);
    for (const shard of shards) {
      const own = events.flatMap((event, index) => (event.kind === 'step-done' && ['maps', 'histogram', 'top', 'labels'].includes(event.step) && event.subject.endsWith(shard.shard) ? [index] : []));
      expect(own.length).toBe(1 + 3 * 3);
      expect(events.indexOf(shard)).toBeGreaterThan(Math.max(...own));
    }
    expect(events.findIndex(({ kind }) => kind === 'model')).toBeGreaterThan(events.indexOf(shards.at(-1) as StudyEvent));
    // Where all is stored, no shard is run; an added model is run alone; a second pass counts each shard twice.
    expect(shardsOf(await told(readStudyFile(study())))).toEqual([]);
    expect(shardsOf(await told(readStudyFile(study({ models: ['a', 'b', 'c', 'd'] })))).map(({ models }) => models)).toEqual(shards.map(() => ['d']));
    const twice = shardsOf(await told(readStudyFile(study({ more: { runtime: { imagesPerShard: 6, secondPass: true } } })), memoryStore()));
    expect(twice.map(({ shard }) => shard)).toEqual([...shards, ...shards].map(({ shard }) => shard));
  });

  it('stops by a signal within a batch, and goes on in the next run', async () => {
    const store = fileStore(at('aborted'));
    const stop = new AbortController();
    const open = readStudyFile(study());
    const seen: string[] = [];
    const run = new Promise<unknown>((resolve) => {
      runStudy(open, { store, signal: stop.signal }).subscribe({
        next: (event) => {
          if (event.kind === 'step-done') seen.push(event.step);
          if (event.kind === 'step-done' && event.step === 'maps') stop.abort();
        },
        error: resolve,
        complete: () => {
          resolve(undefined);
        },
      });
    });
    expect(await run).toMatchObject({ name: 'AbortError' });
    expect(seen).not.toContain('matches');
    const events = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    expect(events.some((event) => event.kind === 'step-skipped' && event.step === 'maps')).toBe(true);
  });

  it('runs a dozen models in one pass without a word', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `dozen-${String(index)}`);
    names.forEach(writeModel);
    const told: Error[] = [];
    const listen = (warning: Error) => told.push(warning);
    process.on('warning', listen);
    await run(study({ models: names, more: { gallery: { units: 0 } } }), 'dozen');
    process.off('warning', listen);
    expect(told).toEqual([]);
  });

  it('does what its examples show', async () => {
    const example = (name: string, ...argv: string[]) => {
      const child = spawn(process.execPath, ['--conditions=@intermodel/source', '--import', 'tsx', path.join(root, 'tools/examples', name), ...argv], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      return exit(child).then((code) => [code, text]);
    };
    expect(await example('stage-in-a-pipeline.ts')).toEqual([0, expect.stringMatching(/^unit 0: lamp, IoU 0\.\d+\nunit 1: lamp, IoU 0\.\d+\n$/u)]);
    const [code, text] = await example('run-study.ts', study(), at('by-example'));
    expect([code, text]).toEqual([0, expect.stringMatching(/^a maps: \d+ of 16 units match a concept\n[\s\S]*c is in category \d\n$/u)]);
    expect(readFileSync(path.join(root, 'tools/examples/run-study.ts'), 'utf8').split('\n').length - 1).toBeLessThanOrEqual(36);
  });
});
