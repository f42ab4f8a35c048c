import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openSession, readModel } from '@intermodel/onnx';
import {
  drawImages,
  drawScenes,
  goldenNetworks,
  publishedStudy,
  writePlainLayout,
  writePublished,
  type GoldenNetwork,
} from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { csvRows, folderBytes, intermodel, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const networks = new Map(goldenNetworks().map((network) => [network.name, network]));
const golden = (name: string): GoldenNetwork => networks.get(name) as GoldenNetwork;

beforeAll(() => {
  writePlainLayout(at('data'), drawScenes({ count: 12, width: 64, height: 48, seed: 7 }));
  for (const name of ['resnet-bottleneck', 'resnet-basic', 'vit-plain'])
    copyFileSync(golden(name).file, at(`${name}.pth`));
});

const dataOptions = () => ['--images', at('data/images'), '--labels', at('data/labels')];
const labelNames = () => ['--label-names', at('data/labels.csv')];
const json = (argv: readonly string[]) => {
  const { code, stdout, stderr } = intermodel([...argv, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('intermodel checkpoint', () => {
  it('tells what is in a file and what it is, whatever its name', () => {
    const told = json(['checkpoint', at('resnet-bottleneck.pth')]);
    expect(told).toMatchObject({
      container: 'safetensors',
      placeholders: [],
      model: {
        family: 'torchvision-resnet',
        architecture: 'resnet',
        taken: { path: '' },
        layer: 'layer4.1',
        input: { preset: 'imagenet', shortestSide: 256 },
        warnings: [],
      },
    });
    const { tensors } = told as { tensors: { path: string; shape: number[] }[] };
    expect(tensors.find(({ path: name }) => name === 'conv1.weight')?.shape).toEqual(
      golden('resnet-bottleneck').weights.get('conv1.weight')?.shape,
    );
    const { stdout } = intermodel(['checkpoint', at('resnet-bottleneck.pth')]);
    expect(stdout).toContain('family: ResNet of torchvision (torchvision-resnet)');
    expect(stdout).toMatch(/^layer: layer4\.1 \(of /mu);
  });

  it('asks for what weights do not tell, with the choices', () => {
    const run = intermodel(['checkpoint', at('vit-plain.pth'), '--family', 'timm-vit']);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/heads[\s\S]*--heads/u);
    expect(json(['checkpoint', at('vit-plain.pth'), '--family', 'timm-vit', '--heads', '2'])).toMatchObject({
      model: { facts: { heads: 2 } },
    });
  });

  it('lists families', () => {
    const families = json(['checkpoint', '--families']) as unknown as { name: string }[];
    expect(families.map(({ name }) => name)).toContain('moco-v2');
    expect(intermodel(['checkpoint']).code).toBe(2);
    expect(intermodel(['import', at('resnet-basic.pth'), '--out', at('s.onnx'), '--size', '64']).stderr).toMatch(
      /IMPORT_SIZE[\s\S]*--size/u,
    );
  });

  it('says what is wrong with what is none', () => {
    writeFileSync(at('page.pth'), '<!DOCTYPE html><title>403</title>');
    const page = intermodel(['checkpoint', at('page.pth')]);
    expect([page.code, page.stderr]).toEqual([2, expect.stringContaining('error CHECKPOINT_HTML')]);
  });
});

describe('intermodel import', () => {
  it.each(['inside', 'referred'])('writes what agrees with torch, with weights %s', async (weights) => {
    const network = golden('resnet-bottleneck');
    const file = at(`${weights}.onnx`);
    const { models } = json(['import', at('resnet-bottleneck.pth'), '--out', file, '--weights', weights]);
    expect(models).toMatchObject([{ family: 'torchvision-resnet', weights, layer: network.layer, files: [file] }]);
    const { height, width, layer, layerValues } = network;
    const session = await openSession({ file, tensors: [layer], inputSize: { height, width } });
    const { data } = (await session.run(drawImages(2, height, width), 2)).get(layer) ?? { data: [] };
    await session.release();
    const largest = Math.max(...layerValues.map(Math.abs));
    expect(data).toHaveLength(layerValues.length);
    expect(Math.max(...layerValues.map((value, index) => Math.abs(value - (data[index] ?? NaN))))).toBeLessThan(
      1e-4 * largest,
    );
    const { metadata } = readModel(file);
    expect(JSON.parse(metadata.get('intermodel.input') ?? '')).toMatchObject({ preset: 'imagenet' });
    expect(Object.values(JSON.parse(metadata.get('intermodel.sha256') ?? '') as object)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/u),
    ]);
  });

  it('goes on to the classifier, or says that there is none', () => {
    const head = (name: string) =>
      (json(['import', golden(name).file, '--out', at('head.onnx'), '--head']) as { models: { warnings: string[] }[] })
        .models[0]?.warnings;
    expect(head('resnet-wide')).toEqual([expect.stringContaining('has no classifier that can be built')]);
    expect(head('resnet-basic')).toEqual([]);
    expect(readModel(at('head.onnx')).graph.outputs.map(({ name }) => name)).not.toEqual(['layer4.1']);
  });

  it('names a folder for several, and leaves nothing of what fails', () => {
    const files = [at('resnet-bottleneck.pth'), at('resnet-basic.pth')];
    expect(intermodel(['import', ...files, '--out', at('one.onnx')]).stderr).toContain('error IMPORT_OUT');
    json(['import', ...files, '--out', at('models')]);
    expect(readdirSync(at('models')).sort()).toEqual(['resnet-basic.onnx', 'resnet-bottleneck.onnx']);
    writeFileSync(at('cut.pth'), readFileSync(at('resnet-basic.pth')).subarray(0, 5000));
    const cut = intermodel(['import', at('cut.pth'), '--out', at('cut.onnx')]);
    expect([cut.code, cut.stderr]).toEqual([2, expect.stringContaining('error CHECKPOINT_TRUNCATED')]);
    expect(existsSync(at('cut.onnx'))).toBe(false);
  });
});

describe('a study of checkpoints', () => {
  const studyOf = (models: readonly object[], more: object = {}) => {
    const input = { width: 64, height: 64 };
    writeFileSync(
      at('study.json'),
      JSON.stringify({
        data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' },
        models: models.map((model) => ({ input, ...model })),
        runtime: { imagesPerShard: 6 },
        gallery: { units: 2, images: 2 },
        embedding: { components: 1, clusters: 2 },
        ...more,
      }),
    );
    return at('study.json');
  };
  const two = () => [
    { name: 'one', checkpoint: 'resnet-bottleneck.pth' },
    { name: 'two', checkpoint: 'resnet-basic.pth', family: 'torchvision-resnet' },
  ];
  const unitsOf = (folder: string, model: string) =>
    csvRows(path.join(folder, 'models', model, 'units.csv')).map(({ model: _model, ...row }) => row);

  it('gives the units of the same models as ONNX files, and runs nothing twice', () => {
    json(['run', studyOf(two()), '--out', at('study')]);
    json(['import', at('resnet-bottleneck.pth'), '--out', at('alone.onnx'), '--weights', 'inside']);
    // The family crops 224 pixels of a shorter side of 256, and of 73 as large a share for 64.
    const input = '{width: 64, height: 64, resize: shortest-side, shortestSide: 73}';
    const alone = ['dissect', '--model', `alone=${at('alone.onnx')}`, '--input', input];
    json([...alone, ...dataOptions(), ...labelNames(), '--out', at('alone')]);
    expect(unitsOf(at('study'), 'one')).toEqual(unitsOf(at('alone'), 'alone'));

    const before = folderBytes(at('study'));
    expect(json(['run', at('study.json'), '--out', at('study')])).toMatchObject({ steps: { run: 0 } });
    expect(folderBytes(at('study'))).toEqual(before);
  });

  it('feeds an imported model as its checkpoint, and notices where that is another', () => {
    mkdirSync(at('moved'));
    copyFileSync(at('resnet-basic.pth'), at('moved/basic.pth'));
    json(['import', at('moved/basic.pth'), '--out', at('moved/basic.onnx')]);
    const options = (model: string, out: string) => [
      ...[
        'dissect',
        '--model',
        `m=${at('moved', model)}`,
        ...dataOptions(),
        ...labelNames(),
        '--out',
        at('moved', out),
      ],
    ];
    json(options('basic.pth', 'one'));
    json(options('basic.onnx', 'two'));
    expect(unitsOf(at('moved/two'), 'm')).toEqual(unitsOf(at('moved/one'), 'm'));
    const bytes = readFileSync(at('moved/basic.pth'));
    bytes.writeFloatLE(3, bytes.length - 8);
    writeFileSync(at('moved/basic.pth'), bytes);
    const { code, stderr } = intermodel(options('basic.onnx', 'three'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('error WEIGHTS_CHANGED')]);
  });

  it('takes the same options where layers are listed', () => {
    const argv = ['layers', at('vit-plain.pth'), '--family', 'timm-vit'];
    expect(intermodel(argv).stderr).toMatch(/--heads/u);
    const { layers } = json([...argv, '--heads', '2']) as { layers: { tensor: string; kind: string }[] };
    expect(layers).toContainEqual(expect.objectContaining({ tensor: 'norm', kind: 'tokens' }));
    json(['import', at('resnet-basic.pth'), '--out', at('listed.onnx')]);
    expect(intermodel(['layers', at('listed.onnx'), '--heads', '2']).stderr).toMatch(
      /MODEL_NOT_CHECKPOINT: .*--heads/u,
    );
  });

  it('records what a checkpoint was taken for, and says it where nobody did', () => {
    const { stdout } = intermodel(['run', studyOf(two()), '--out', at('recorded')]);
    expect(stdout).toMatch(/one: its checkpoint is taken for one of the family torchvision-resnet/u);
    expect(stdout).not.toMatch(/two: its checkpoint/u);
    const manifest = JSON.parse(readFileSync(at('recorded/manifest.json'), 'utf8')) as {
      options: { models: { origin: { family: string; assumptions: string[] }; layerChoice: string }[] };
    };
    expect(manifest.options.models.map(({ origin }) => origin.family)).toEqual([
      'torchvision-resnet',
      'torchvision-resnet',
    ]);
    expect(manifest.options.models[0]?.layerChoice).toBe('usual');
  });

  it('has graphs as steps: drawn, kept while they are needed, made anew for other bytes', () => {
    const file = studyOf(two());
    json(['run', file, '--out', at('steps')]);
    expect(intermodel(['status', file, '--out', at('steps'), '--graph']).stdout).toMatch(/graph/u);
    expect(intermodel(['clean', file, '--out', at('steps')]).stdout).toContain('Nothing to remove');
    renameSync(at('resnet-basic.pth'), at('kept.pth'));
    const bytes = readFileSync(at('kept.pth'));
    bytes.writeFloatLE(3, bytes.length - 8);
    writeFileSync(at('resnet-basic.pth'), bytes);
    const { stdout } = intermodel(['status', file, '--out', at('steps')]);
    expect(stdout).toMatch(/stale/u);
    json(['run', file, '--out', at('steps')]);
    renameSync(at('kept.pth'), at('resnet-basic.pth'));
  });

  it('is worked on by others as well', () => {
    const file = studyOf(two());
    json(['work', file, '--store', at('worked')]);
    expect(json(['run', file, '--store', at('worked'), '--out', at('from-worked')])).toBeDefined();
    json(['run', file, '--out', at('whole')]);
    const others = ({ 'report.html': _report, 'manifest.json': _manifest, ...rest }: Record<string, string>) => rest;
    expect(others(folderBytes(at('from-worked')))).toEqual(others(folderBytes(at('whole'))));
  });

  it('needs one file of a model', () => {
    const run = intermodel(['run', studyOf([{ name: 'none' }]), '--out', at('none')]);
    expect(run.stderr).toContain('models[0].file is missing, and there is no "checkpoint"');
    const both = studyOf([{ name: 'both', file: 'resnet-basic.pth', checkpoint: 'resnet-basic.pth' }]);
    expect(intermodel(['run', both, '--out', at('none')]).stderr).toContain('both "file" and "checkpoint" are given');
  });

  it('refuses a checkpoint with the name of its model, before anything is written', () => {
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad.pth'), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
    const run = intermodel([
      'run',
      studyOf([...two(), { name: 'late', checkpoint: 'bad.pth' }]),
      '--out',
      at('nothing'),
    ]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/CHECKPOINT_LFS_POINTER[\s\S]*"late"/u)]);
    expect(existsSync(at('nothing'))).toBe(false);
  });
});

describe('the study of 2022', () => {
  it('runs to the end with networks under the same keys', () => {
    const folder = at('ssl');
    const example = parse(readFileSync(path.join(root, 'apps/cli/examples/ssl-2022.yaml'), 'utf8')) as {
      models: { name: string; checkpoint: string; family: string }[];
    };
    for (const [index, { checkpoint, family }] of example.models.entries()) {
      const published = publishedStudy({ width: 8, blocks: [1, 1, 1, 1], seed: index + 1 });
      // The two ways to build BYOL are of one file.
      const found = published.find((each) => each.family === family.replace(/-ssl-transfer$/u, ''));
      if (found === undefined) throw new Error(`there is no such checkpoint: ${family}`);
      writePublished(found, path.join(folder, checkpoint));
    }
    writePlainLayout(path.join(folder, 'data'), drawScenes({ count: 12, width: 64, height: 48, seed: 7 }));
    const data = { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' };
    const scores = path.join(root, 'libs/data-loading/data/ssl-2022/scores.arrow');
    const changes = { data, scores, relations: { permutations: 20 }, gallery: { units: 1, images: 1 } };
    writeFileSync(path.join(folder, 'study.yaml'), stringify({ ...example, ...changes }));
    json(['run', path.join(folder, 'study.yaml'), '--out', at('ssl-out')]);
    const embedded = csvRows(at('ssl-out/embedding.csv'));
    expect(embedded.map(({ model }) => model).sort()).toEqual(example.models.map(({ name }) => name).sort());
    expect(new Set(embedded.map(({ pc1 }) => pc1)).size).toBeGreaterThan(5);
    expect(csvRows(at('ssl-out/relations.csv')).length).toBeGreaterThan(36);
    const manifest = JSON.parse(readFileSync(at('ssl-out/manifest.json'), 'utf8')) as {
      options: { models: { name: string; input: { mean: number[]; std: number[] } }[] };
    };
    const input = (name: string) => manifest.options.models.find((model) => model.name === name)?.input;
    expect(input('SimCLRV1')).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(input('SwAV')).toMatchObject({ std: [0.228, 0.224, 0.225] });
  });

  it('names all files that are missing, with where they are published', () => {
    const example = path.join(root, 'apps/cli/examples/ssl-2022.yaml');
    const { code, stderr } = intermodel(['run', example, '--out', at('missing')]);
    expect(code).toBe(2);
    expect(stderr.match(/models\[\d+\]\.checkpoint/gu)).toHaveLength(14);
    expect(stderr.match(/published at https:/gu)).toHaveLength(14);
    expect(stderr).toContain('MD5 begins with a04e12f8');
  });
});
