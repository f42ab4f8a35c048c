import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileHashes, memoryStore, StudySteps, type StepEvent, type StepStore } from '@intermodel/steps';
import { defineStudy, type StudyContent } from '@intermodel/studies';
import { buildOnnxModel, goldenNetworks } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIdentity } from './model-facts.ts';
import { graphStep, prepareModels } from './prepare-models.ts';

const { readModelBytes } = await import('@intermodel/onnx');

let folder = '';
const at = (name: string) => path.join(folder, name);
const golden = (name: string) => goldenNetworks().find((network) => network.name === name)?.file ?? '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'prepare-'));
  for (const name of ['resnet-basic', 'vit-plain']) copyFileSync(golden(name), at(`${name}.weights`));
  writeFileSync(
    at('plain.onnx'),
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 3, 8, 8] }],
      outputs: [{ name: 'maps', dims: ['batch', 3, 8, 8] }],
      nodes: [{ op: 'Relu', inputs: ['input'], outputs: ['maps'] }],
    }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Model = Partial<StudyContent['models'][number]>;

async function prepared(models: readonly Model[], store: StepStore = memoryStore()) {
  const events: StepEvent[] = [];
  const study = defineStudy(
    {
      data: { images: '.', labels: '.', labelNames: 'labels.csv' },
      models: models.map((model, index) => ({ name: `m${String(index)}`, ...model })),
    },
    { folder, checkFiles: false },
  );
  const steps = new StudySteps({
    store,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  });
  const { models: done } = await prepareModels(study, { steps, hashes: new FileHashes() });
  return { models: done, started: events.filter(({ kind }) => kind === 'step-started').length };
}

const basic = { file: 'resnet-basic.weights' };

describe(prepareModels, () => {
  it('leaves ONNX files as they are, but for the size that they fix', async () => {
    const { models, started } = await prepared([{ file: 'plain.onnx', layer: 'maps' }]);
    expect(models[0]).toMatchObject({ input: { width: 8, height: 8 } });
    expect(models[0]?.graph).toBeUndefined();
    expect(graphStep(models[0] as never)).toBeUndefined();
    expect(started).toBe(0);
  });

  it('makes a graph whose weights stay in the file, with layer and preprocessing of the family', async () => {
    const { models } = await prepared([basic]);
    const [model] = models;
    expect(model).toMatchObject({
      layers: ['layer4.1'],
      layersAreUsual: true,
      input: { resize: 'shortest-side', shortestSide: 256, mean: [0.485, 0.456, 0.406] },
      geometry: { shortestSide: 256 },
      origin: { family: 'torchvision-resnet', warnings: [] },
    });
    const { graph } = readModelBytes(model?.graph ?? new Uint8Array(), '');
    const places = new Set(graph.initializers.flatMap(({ external }) => external?.location ?? []));
    expect([...places]).toEqual(['resnet-basic.weights']);
  });

  it.each<[string, Model['input'], object]>([
    [
      'keys go over those of the family, and the crop stays the same share of the image',
      { width: 64, height: 64 },
      { width: 64, shortestSide: 73, filter: 'bilinear' },
    ],
    [
      'a shorter side that is given stays',
      { width: 64, height: 64, resize: 'shortest-side', shortestSide: 100 },
      { shortestSide: 100 },
    ],
    ['a preset stands for all of it', 'zero-one', { resize: 'exact', mean: [0, 0, 0] }],
    ['a preset with keys does', { preset: 'caffe', width: 32, height: 32 }, { resize: 'exact', channels: 'bgr' }],
  ])('takes the input that the study gives: %s', async (_case, input, expected) => {
    const { models } = await prepared([{ ...basic, ...(input === undefined ? {} : { input }) }]);
    expect(models[0]?.input).toMatchObject(expected);
    expect(models[0]?.origin?.assumptions.join(' ')).not.toContain('Preprocessing');
  });

  it('makes a graph once for a file and what is said of it', async () => {
    const store = memoryStore();
    expect((await prepared([basic], store)).started).toBe(1);
    expect((await prepared([basic], store)).started).toBe(0);
    expect((await prepared([{ ...basic, family: 'torchvision-resnet' }], store)).started).toBe(1);
    // What lies beside the weights decides on them too.
    writeFileSync(at('preprocessor_config.json'), JSON.stringify({ size: 64 }));
    expect((await prepared([basic], store)).started).toBe(1);
    rmSync(at('preprocessor_config.json'));
  });

  it('knows a model under another name, though its graph is made anew to refer to it', async () => {
    const store = memoryStore();
    const [one] = (await prepared([basic], store)).models;
    copyFileSync(at('resnet-basic.weights'), at('renamed.weights'));
    const { models, started } = await prepared([{ file: 'renamed.weights' }], store);
    expect(started).toBe(1);
    expect(models[0]?.graph).not.toEqual(one?.graph);
    expect(modelIdentity(models[0] as never, 'hash')).toBe(modelIdentity(one as never, 'hash'));
    const [smaller] = (await prepared([{ file: 'vit-plain.weights', family: 'timm-vit', heads: 1 }])).models;
    const [other] = (await prepared([{ file: 'vit-plain.weights', family: 'timm-vit', heads: 2 }])).models;
    expect(modelIdentity(smaller as never, 'hash')).not.toBe(modelIdentity(other as never, 'hash'));
  });

  it('makes a transformer for the size of its images', async () => {
    const vit = { file: 'vit-plain.weights', family: 'timm-vit', heads: 2 };
    const sizes = async (input: object) =>
      (await prepared([{ ...vit, input }])).models.map(({ graph }) =>
        readModelBytes(graph ?? new Uint8Array(), '').graph.inputs[0]?.type?.dims?.slice(2),
      );
    expect(await sizes({ width: 20, height: 20 })).toEqual([[20, 20]]);
    expect(await sizes({ width: 40, height: 20 })).toEqual([[20, 40]]);
  });

  it('takes a group of blocks for its last, and leaves unknown names to whoever checks layers', async () => {
    const { models } = await prepared([{ ...basic, layers: ['layer3', 'layer2.0', 'nothing'] }]);
    expect(models[0]?.layers).toEqual(['layer3.0', 'layer2.0', 'nothing']);
  });

  it.each(['family', 'take', 'heads'] as const)('refuses %s of a file that is no checkpoint', async (key) => {
    const said = { family: 'moco-v2', take: 'teacher', heads: 6 }[key];
    await expect(prepared([{ file: 'plain.onnx', layer: 'maps', [key]: said }])).rejects.toMatchObject({
      code: 'MODEL_NOT_CHECKPOINT',
      message: expect.stringContaining(`models[m0].${key}`) as unknown,
    });
  });

  it('stores nothing where one of several is refused, and names it', async () => {
    const store = memoryStore();
    writeFileSync(at('bad.pth'), '<html></html>');
    await expect(prepared([basic, { checkpoint: 'bad.pth' }], store)).rejects.toMatchObject({
      code: 'CHECKPOINT_HTML',
      message: expect.stringContaining('model "m1"') as unknown,
    });
    expect(await store.list()).toEqual([]);
  });
});
