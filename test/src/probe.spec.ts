import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet';
import { probeStudy, readStudyFile, runStudy } from '@intermodel/pipelines';
import { readArrowFile } from '@intermodel/streams';
import { writePng } from '@intermodel/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { command, csvRows, folderBytes, intermodel } from './command-line.ts';
import { smallStudies } from './small-studies.ts';

const { at, study, run } = smallStudies();

/** Colours of the classes, which overlap: some images are told wrongly. */
const colours: Readonly<Record<string, readonly number[]>> = {
  red: [150, 90, 90],
  green: [90, 150, 90],
  blue: [90, 90, 150],
};
const imagesOfClass = 20;

/** A folder for each class: noise about its colour. */
function writeClasses(folder: string): void {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  for (const [name, colour] of Object.entries(colours)) {
    mkdirSync(path.join(folder, name), { recursive: true });
    for (let image = 0; image < imagesOfClass; image++) {
      const shift = colour.map(() => (random() - 0.5) * 90);
      const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, index) =>
        Math.max(0, Math.min(255, (colour[index % 3] ?? 0) + (shift[index % 3] ?? 0) + (random() - 0.5) * 60)),
      );
      writePng(path.join(folder, name, `${String(image)}.png`), { width: 16, height: 16, data, channels: 3, depth: 8 });
    }
  }
}

beforeAll(() => {
  writeClasses(at('classes'));
});

const fewShots = { ways: 2, shots: [1, 3], queries: 5, episodes: 40 };
const classes = { root: 'classes', ...fewShots, replicates: 200 };
const input = ['--input', '{width: 32, height: 32, preset: zero-one}'];
const byFlags = (out: string, ...more: string[]) =>
  intermodel([
    'probe',
    '--model',
    `${at('a.onnx')}:maps`,
    '--model',
    `${at('b.onnx')}:maps`,
    ...input,
    '--task',
    at('classes'),
    '--out',
    at(out),
    ...more,
  ]);
const tasksAlone = (file: string, more: object = {}, models = ['a', 'b']) => {
  const content = {
    models: models.map((name) => ({
      name,
      file: `${name}.onnx`,
      layer: 'maps',
      input: { width: 32, height: 32, preset: 'zero-one' },
    })),
    tasks: [classes],
    runtime: { imagesPerShard: 6 },
    ...more,
  };
  writeFileSync(at(file), JSON.stringify(content));
  return at(file);
};
/** Kinds of steps that were computed, once for each step. */
const madeIn = (events: readonly { readonly kind: string }[]) =>
  events.flatMap((event) => (event.kind === 'step-done' && 'step' in event ? [String(event.step)] : []));
const probe = (file: string, out: string) =>
  lastValueFrom(probeStudy(readStudyFile(file), { out: at(out), command: 'test' }).pipe(toArray()));

describe('the command probe', () => {
  it('scores models on a folder for each class, with nothing but flags', () => {
    const { code, stdout, stderr } = byFlags('flags', '--kind', 'many-shot', '--kind', 'neighbours', '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as {
      readonly scores: {
        readonly model: string;
        readonly score: number;
        readonly low: number;
        readonly high: number;
      }[];
    };
    expect(result.scores.map(({ model }) => model)).toEqual(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
    for (const { score, low, high } of result.scores) {
      expect(score).toBeGreaterThan(0.4);
      expect(low).toBeLessThanOrEqual(score);
      expect(high).toBeGreaterThanOrEqual(score);
    }
    const rows = csvRows(at('flags', 'scores.csv'));
    expect(new Set(rows.map(({ metric }) => metric))).toEqual(
      new Set(['accuracy', 'mean per-class accuracy', 'top-1 accuracy (k = 20)', 'top-1 accuracy (k = 200)']),
    );
    expect(rows[0]).toMatchObject({
      model: 'a',
      task: 'many-shot classification',
      dataset: 'classes',
      higherIsBetter: 'true',
    });
    expect(rows[0]?.['column']).toBe('many-shot classification/classes/accuracy');
    const differences = csvRows(at('flags', 'probe-differences.csv'));
    expect(differences).toHaveLength(4);
    expect(differences[0]).toMatchObject({ model: 'a', other: 'b' });
  });

  it('computes nothing that is stored, and of a change what depends on it', async () => {
    const first = madeIn(
      await probe(tasksAlone('steps.json', { tasks: [{ ...classes, kinds: ['neighbours'] }] }), 'steps'),
    );
    expect(first).toContain('features');
    const again = madeIn(await probe(at('steps.json'), 'steps'));
    expect(again).toEqual([]);
    const kind = madeIn(
      await probe(tasksAlone('steps.json', { tasks: [{ ...classes, kinds: ['neighbours', 'many-shot'] }] }), 'steps'),
    );
    expect([...new Set(kind)]).toEqual(['probe', 'probes']);
    const model = madeIn(
      await probe(
        tasksAlone('steps.json', { tasks: [{ ...classes, kinds: ['neighbours', 'many-shot'] }] }, ['a', 'b', 'c']),
        'steps',
      ),
    );
    expect(model.filter((step) => step === 'probe')).toHaveLength(2);
  });

  it('gives the same bytes whatever the shards and threads, and after it was stopped', async () => {
    await probe(tasksAlone('whole.json'), 'whole');
    await probe(tasksAlone('whole.json', { runtime: { imagesPerShard: 64, threads: 1, batchSize: 1 } }), 'others');
    // The others state the command, which differs.
    const tables = (out: string) =>
      Object.entries(folderBytes(at(out))).filter(([name]) => name !== 'manifest.json' && name !== 'report.html');
    expect(tables('others')).toEqual(tables('whole'));
    tasksAlone('whole.json');
    const stopped = spawn(process.execPath, [command, 'probe', at('whole.json'), '--out', at('stopped'), '--verbose']);
    const code = await new Promise((resolve) => {
      stopped.stderr.on('data', (text: Buffer) => {
        if (text.toString().includes('probe a on classes')) stopped.kill('SIGINT');
      });
      stopped.on('exit', resolve);
    });
    expect(code).toBe(130);
    expect(existsSync(at('stopped', 'scores.csv'))).toBe(false);
    expect(intermodel(['probe', at('whole.json'), '--out', at('stopped'), '--quiet']).code).toBe(0);
    expect(tables('stopped')).toEqual(tables('whole'));
  });

  it('reads boxes, label planes, surface normals and depths', () => {
    writeRooms(at('rooms'));
    const kinds = [
      { name: 'planes', format: 'planes', root: 'data', replicates: 200 },
      { name: 'normals', format: 'normals', root: 'rooms', replicates: 200 },
      { name: 'depth', format: 'depth', root: 'rooms', replicates: 200 },
      { name: 'boxes', format: 'coco-boxes', root: 'rooms', replicates: 200 },
    ];
    const { code, stderr } = intermodel(['probe', tasksAlone('dense.json', { tasks: kinds }), '--out', at('dense')]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const rows = csvRows(at('dense', 'scores.csv')).filter(({ model }) => model === 'a');
    const score = (dataset: string, metric: string) =>
      Number(rows.find((row) => row['dataset'] === dataset && row['metric'] === metric)?.['score']);
    // The colour of a room's pixel tells its normal, its depth and whether something stands there.
    expect(score('normals', 'mean angle error')).toBeLessThan(25);
    expect(score('depth', 'RMSE')).toBeLessThan(0.9);
    expect(score('boxes', 'AP50')).toBeGreaterThan(0.2);
    expect(score('planes', 'pixel accuracy')).toBeGreaterThan(0.2);
  });

  it('tells which image is in which part, so that scores can be computed elsewhere', () => {
    const rows = csvRows(at('flags', 'task-images.csv'));
    expect(rows).toHaveLength(3 * imagesOfClass);
    const count = (part: string) => rows.filter((row) => row['part'] === part).length;
    expect([count('train'), count('val'), count('test')]).toEqual([42, 6, 12]);
    expect(rows[0]).toEqual({ dataset: 'classes', image: 'blue/0.png', part: rows[0]?.['part'], target: 'blue' });
    const { inputs } = JSON.parse(readFileSync(at('flags', 'manifest.json'), 'utf8')) as {
      readonly inputs: readonly { readonly role: string }[];
    };
    expect(inputs.map(({ role }) => role)).toContain('task (60 images)');
  });

  it('scores on several folders, and leaves out what few classes do not allow', () => {
    writeClasses(at('others'));
    const { code, stdout } = byFlags('several', '--task', at('others'), '--kind', 'neighbours', '--json');
    expect(code).toBe(0);
    const { scores } = JSON.parse(stdout) as { readonly scores: { readonly dataset: string }[] };
    expect(new Set(scores.map(({ dataset }) => dataset))).toEqual(new Set(['classes', 'others']));
    const all = byFlags('default', '--replicates', '100');
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(/few-shot classification is left out: an episode takes 5 classes/u);
    const asked = byFlags('asked', '--kind', 'few-shot');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/EPISODES_IMPOSSIBLE: no episode can be drawn of the task "classes"/u);
    expect(asked.stderr).toMatch(/Lower --set .*leave few-shot out of --kind/u);
  });

  it('passes over images that do not decode, where it is told to', () => {
    writeClasses(at('broken'));
    writeFileSync(at('broken', 'red', '3.png'), 'no image');
    const argv = ['probe', '--model', `${at('a.onnx')}:maps`, ...input, '--task', at('broken'), '--kind', 'neighbours'];
    const refused = intermodel([...argv, '--out', at('refused')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/IMAGE_BROKEN.*3\.png[^]*--set data\.skipBad=true/u);
    const passed = intermodel([...argv, '--set', 'data.skipBad=true', '--out', at('passed')]);
    expect(passed.stderr).toBe('');
    expect(passed.stdout).toMatch(/1 of 60 images do not decode and are left out: red\/3\.png/u);
    const features = ['features', '--model', `${at('a.onnx')}:maps`, ...input, '--images', at('broken')];
    const { code, stdout } = intermodel([...features, '--set', 'data.skipBad=true', '--out', at('whole-features')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/59 images/u);
    expect(csvRows(at('whole-features', 'images.csv'))).toHaveLength(59);
  });

  it('rates by LEEP models whose classifier is named', () => {
    const tasks = [{ ...classes, kinds: ['transferability'] }];
    const content = JSON.parse(readFileSync(tasksAlone('leep.json', { tasks }), 'utf8')) as { models: object[] };
    content.models = content.models.map((model, index) => (index === 0 ? { ...model, classifier: 'scores' } : model));
    writeFileSync(at('leep.json'), JSON.stringify(content));
    expect(intermodel(['probe', at('leep.json'), '--out', at('leep'), '--quiet']).code).toBe(0);
    const rows = csvRows(at('leep', 'scores.csv')).filter(({ metric }) => metric === 'LEEP');
    expect(rows.map(({ model }) => model)).toEqual(['a']);
    // The mean log of a probability.
    expect(Number(rows[0]?.['score'])).toBeLessThan(0);
  });

  it('says what is wrong, in the words in which it was typed', () => {
    const errors: [string[], RegExp][] = [
      [['probe', '--out', at('no')], /STUDY_MISSING/u],
      [['probe', study(), '--out', at('no')], /TASKS_MISSING/u],
      [['probe', study(), '--model', at('a.onnx'), '--out', at('no')], /STUDY_TWICE/u],
      [['probe', '--model', at('a.onnx'), '--task', at('nowhere'), '--out', at('no')], /there is no folder/u],
      [
        ['probe', '--model', at('a.onnx'), '--task', at('classes'), '--kind', 'normals', '--out', at('no')],
        /"normals" needs normals, and the format class-folders has classes/u,
      ],
      [
        [
          'probe',
          '--model',
          at('a.onnx'),
          '--task',
          at('classes'),
          '--task-split',
          '{train: 0.5, val: 0.1, test: 0.2}',
          '--out',
          at('no'),
        ],
        /do not make 1/u,
      ],
      [
        [
          'probe',
          '--model',
          `${at('a.onnx')}:maps`,
          ...input,
          '--task',
          at('classes'),
          '--pool',
          'class-token',
          '--out',
          at('no'),
        ],
        /CLASS_TOKEN_MISSING/u,
      ],
    ];
    for (const [argv, message] of errors) {
      const { code, stderr } = intermodel(argv);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/ at .*\.(?:ts|js|cjs):/u);
      expect(code).toBe(2);
      expect(existsSync(at('no', 'scores.csv'))).toBe(false);
    }
  });
});

describe('a study with tasks', () => {
  it('makes features of its own images in the pass that counts them, and relates the scores', async () => {
    const file = study({
      more: { tasks: [{ name: 'scenes', format: 'planes', replicates: 200 }, classes] },
      file: 'tasks.json',
    });
    const events = await run(file, 'joined');
    const images = events.filter((event) => event.kind === 'progress' && event.step === 'images' && event.done === 0);
    // One pass over the labelled images, and one over those of the classes.
    expect(images.map((event) => (event as { readonly total: number }).total)).toEqual([26, 60]);
    const relations = csvRows(at('joined', 'relations.csv'));
    expect(relations.some(({ dataset }) => dataset === 'scenes')).toBe(true);
    expect(relations.some(({ dataset }) => dataset === 'classes')).toBe(true);
    expect(existsSync(at('joined', 'probe-scores.csv'))).toBe(true);
    // What `probe` makes of the same study is what `run` makes.
    rmSync(at('alone'), { recursive: true, force: true });
    expect(intermodel(['probe', file, '--out', at('alone'), '--quiet']).code).toBe(0);
    for (const name of ['scores.arrow', 'probe-scores.arrow', 'probe-differences.arrow'])
      expect(readFileSync(at('alone', name))).toEqual(readFileSync(at('joined', name)));
    // The dissection is what it is without tasks.
    await run(study({ file: 'plain.json' }), 'plain');
    expect(readFileSync(at('plain', 'profiles.arrow'))).toEqual(readFileSync(at('joined', 'profiles.arrow')));
  });

  it('is scored by run where it has tasks alone', () => {
    const file = tasksAlone('alone.json', { tasks: [{ ...classes, kinds: ['neighbours'] }] });
    const { code, stdout } = intermodel(['run', file, '--out', at('run-alone')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/nearest-neighbour classification/u);
    expect(existsSync(at('run-alone', 'probe-scores.csv'))).toBe(true);
  });

  it('scores a single model, which has no embedding', async () => {
    const file = study({ models: ['a'], file: 'single.json', more: { embedding: undefined, tasks: [classes] } });
    await run(file, 'single');
    expect(csvRows(at('single', 'scores.csv')).length).toBeGreaterThan(5);
  });

  it('is told of by status, and left alone by clean', async () => {
    const file = study({ more: { tasks: [classes] }, file: 'kept.json' });
    await run(file, 'kept');
    const status = intermodel(['status', file, '--out', at('kept')]);
    expect(status.stdout).toMatch(/features +a .*probe +a .*probes/su);
    expect(status.stdout).toMatch(/a run computes nothing/u);
    const cleaned = intermodel(['clean', file, '--out', at('kept'), '--remove', '--json']);
    expect(cleaned.code).toBe(0);
    const events = await run(file, 'kept');
    expect(madeIn(events)).toEqual([]);
  });

  it('is shared out among workers', async () => {
    const file = study({ more: { tasks: [classes] }, file: 'shared.json' });
    expect(intermodel(['work', file, '--store', at('shared-store'), '--quiet']).code).toBe(0);
    const events = await lastValueFrom(
      runStudy(readStudyFile(file), { out: at('shared'), store: at('shared-store'), command: 'test' }).pipe(toArray()),
    );
    const made = new Set(madeIn(events));
    for (const kind of ['features', 'probe', 'maps', 'matches']) expect(made).not.toContain(kind);
  });
});

describe('the command features', () => {
  const argv = () => [
    'features',
    '--model',
    `${at('a.onnx')}:maps`,
    ...input,
    '--images',
    at('classes'),
    '--out',
    at('features'),
  ];

  it('writes the same values as Arrow, Parquet and NumPy', async () => {
    expect(intermodel([...argv(), '--format', 'arrow,parquet,npy']).stderr).toBe('');
    const images = csvRows(at('features', 'images.csv')).map(({ image }) => image);
    expect(images).toHaveLength(60);
    const table = readArrowFile(at('features', 'a.arrow'));
    const rows = table.batches.flatMap((batch) =>
      batch.toArray().map((row) => row.toJSON() as { image: string; features: Iterable<number> }),
    );
    expect(rows.map(({ image }) => image)).toEqual(images);
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(at('features', 'a.parquet')) });
    expect(parquet.map((row) => row['image'] as string)).toEqual(images);
    const npy = readFileSync(at('features', 'a.npy'));
    const header = npy.readUInt16LE(8);
    const arrow = rows.flatMap(({ features }) => [...features]);
    expect(npy.toString('latin1', 10, 10 + header)).toContain(`'shape': (60, ${String(arrow.length / 60)})`);
    expect((10 + header) % 64).toBe(0);
    const values = new Float32Array(npy.buffer.slice(npy.byteOffset + 10 + header, npy.byteOffset + npy.length));
    expect([...values]).toEqual(arrow);
    expect(parquet.flatMap((row) => row['features'] as number[])).toEqual(arrow);
  });

  it('replaces the files of an earlier run, and keeps what is computed', () => {
    const { stderr, code } = intermodel([...argv(), '--verbose', '--format', 'npy']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/features a maps from .*found in the store/u);
    expect(Object.keys(folderBytes(at('features')))).toEqual(['a.npy', 'images.csv', 'manifest.json']);
  });

  it('refuses forms that there are not', () => {
    const argv = [
      'features',
      '--model',
      at('a.onnx'),
      '--images',
      at('classes'),
      '--out',
      at('none'),
      '--format',
      'hdf5',
    ];
    expect(intermodel(argv)).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(at('none'))).toBe(false);
  });
});

/** Rooms whose colours tell what is in them: images, normals, depths, and boxes around what is red. */
function writeRooms(folder: string): void {
  const [width, height] = [32, 32];
  for (const name of ['images', 'normals', 'depth', 'annotations'])
    mkdirSync(path.join(folder, name), { recursive: true });
  const images: object[] = [];
  const annotations: object[] = [];
  for (let index = 0; index < 24; index++) {
    const edge = 8 + ((index * 5) % 16);
    const [left, top] = [(index * 7) % 16, (index * 11) % 16];
    const pixels = new Uint8Array(width * height * 3);
    const normals = new Uint8Array(width * height * 3);
    const depth = new Uint16Array(width * height);
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const at3 = (row * width + column) * 3;
        const isFloor = row >= edge;
        const isThing = column >= left && column < left + 16 && row >= top && row < top + 16;
        pixels.set([isThing ? 220 : 20, isFloor ? 200 : 20, isFloor ? 20 : 200], at3);
        normals.set(isFloor ? [128, 255, 128] : [128, 128, 255], at3);
        depth[row * width + column] = isFloor ? 1000 : 3000;
      }
    const file = `${String(index)}.png`;
    writePng(path.join(folder, 'images', file), { width, height, data: pixels, channels: 3, depth: 8 });
    writePng(path.join(folder, 'normals', file), { width, height, data: normals, channels: 3, depth: 8 });
    writePng(path.join(folder, 'depth', file), { width, height, data: depth, channels: 1, depth: 16 });
    images.push({ id: index, file_name: file, width, height });
    annotations.push({
      id: index + 1,
      image_id: index,
      category_id: 1,
      bbox: [left, top, 16, 16],
      area: 256,
      iscrowd: 0,
    });
  }
  writeFileSync(
    path.join(folder, 'annotations', 'instances_all.json'),
    JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'thing' }] }),
  );
}
