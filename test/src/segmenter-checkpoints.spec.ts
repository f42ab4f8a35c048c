import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import {
  buildOnnxModel,
  drawBytes,
  drawScenes,
  goldenSegmenters,
  readGoldenLabels,
  writeScenePicture,
} from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const golden = goldenSegmenters();
const [encoder, decoder] = golden.parsing;

beforeAll(() => {
  for (const file of [...golden.parsing, ...golden.colours, golden.labels, golden.colourLabels])
    copyFileSync(file, at(path.basename(file)));
});

/** A table of labels with one of its keys changed. */
function changedLabels(name: string, change: (labels: Record<string, unknown>) => object): string {
  const labels = readGoldenLabels(golden.labels);
  writeFileSync(at(name), JSON.stringify({ ...labels, ...change(labels) }));
  return at(name);
}

describe('intermodel import of encoder and decoder', () => {
  it('writes one model of both, which gives the classes of torch', async () => {
    const given = [at('upp-decoder.pth'), at('upp-encoder.pth'), '--labels', at('labels.json'), '--any-width'];
    const { stdout, stderr, code } = intermodel(['import', ...given, '--out', at('upp.onnx')]);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('whose weights stay in the checkpoints');
    expect(stdout).toContain('object (336 classes), material (26 classes), part (427 classes) at 56 x 56');
    const session = await openSession({ file: at('upp.onnx'), tensors: ['part'], wholeNumbers: true });
    const values = await session.run(Float32Array.from(drawBytes(224)), 1);
    await session.release();
    expect([...(values.get('part')?.data ?? [])]).toEqual(golden.classes('part'));
  });

  it('writes several networks into a folder, with logits and of another size if asked', () => {
    const labels = ['--labels', at('labels.json'), '--labels', at('color-labels.json'), '--any-width'];
    const given = [...golden.parsing, ...golden.colours, ...labels];
    const many = intermodel(['import', ...given, '--out', at('both'), '--logits', '--size', '128', '--json']);
    const { networks } = JSON.parse(many.stdout) as { networks: readonly { network: string; cells: number }[] };
    expect(networks.map(({ network, cells }) => [network, cells])).toEqual([
      ['unified-parsing', 32],
      ['colours', 32],
    ]);
    expect(readFileSync(at('both', 'colours.onnx')).includes('logits')).toBe(true);
    expect(intermodel(['import', ...given, '--out', at('both.onnx')]).stderr).toContain('error IMPORT_OUT');
  });

  it.each([
    ['SEGMENTER_HALF', () => [decoder, '--labels', golden.labels], /upp-decoder\.pth: .*whose encoder is missing/u],
    [
      'SEGMENTER_HALF',
      () => [decoder, golden.colours[0], '--labels', golden.labels],
      /encoder is missing; the other files/u,
    ],
    ['SEGMENTER_TWICE', () => [encoder, encoder, '--labels', golden.labels], /is so too/u],
    ['SEGMENTER_LABELS', () => [...golden.parsing, '--labels', golden.colourLabels], /has the names of colours/u],
    ['SEGMENTER_WIDTH', () => [...golden.parsing, '--labels', golden.labels], /20 channels[^]*--any-width/u],
    [
      'SEGMENTER_CLASSES',
      () => [
        ...golden.parsing,
        '--any-width',
        '--labels',
        changedLabels('short.json', ({ object }) => ({ object: (object as string[]).slice(0, 330) })),
      ],
      /short\.json: lists 330 objects, and object_head\.1\.weight has 336/u,
    ],
    [
      'CONCEPT_UNKNOWN',
      () => [...golden.parsing, '--labels', changedLabels('owner.json', () => ({ object_part: { skye: ['-'] } }))],
      /owner\.json.*"skye".*[^]*Did you mean "sky"/u,
    ],
    [
      'CONCEPT_UNKNOWN',
      () => [
        ...golden.parsing,
        '--labels',
        changedLabels('part.json', () => ({ object_part: { sky: ['-', 'prt 1'] } })),
      ],
      /"prt 1", a part of sky[^]*Did you mean "part 1"/u,
    ],
    ['FILE_MISSING', () => [...golden.parsing, '--labels', at('none.json')], /none\.json/u],
    ['IMPORT_LABELS', () => [...golden.parsing, '--logits'], /--logits is for segmentation networks[^]*--labels/u],
    [
      'SEGMENTER_SIDE',
      () => [...golden.parsing, '--any-width', '--labels', golden.labels, '--size', '2'],
      /2 is no side/u,
    ],
  ])('is refused with %s (%#)', (code, argv, message) => {
    const result = intermodel(['import', ...argv(), '--out', at('none.onnx')]);
    expect([result.code, result.stdout, result.stderr]).toEqual([2, '', expect.stringContaining(`error ${code}`)]);
    expect(result.stderr).toMatch(message);
  });
});

describe('a study of images alone', () => {
  const segmenters = [
    {
      checkpoint: ['upp-encoder.pth', 'upp-decoder.pth', 'color-encoder.pth', 'color-decoder.pth'],
      labels: ['labels.json', 'color-labels.json'],
      preset: 'dissect-2020',
      anyWidth: true,
    },
  ];
  const write = (name: string, input: unknown) => {
    const study = {
      data: { images: 'photos', segmenters },
      models: [{ name: 'a', file: 'channels.onnx', layer: 'maps', input }],
      runtime: { labelCache: 'kept' },
      matching: { level: 0.9 },
    };
    writeFileSync(at(name), JSON.stringify(study));
    return at(name);
  };
  const planes = () =>
    Object.fromEntries(
      readdirSync(at('kept'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.planes'))
        .map((name) => [name, statSync(at('kept', name)).mtimeMs]),
    );

  beforeAll(() => {
    for (const scene of drawScenes({ count: 3 })) writeScenePicture(at('photos', `${scene.name}.png`), scene);
    const graph = {
      inputs: [{ name: 'input', dims: ['batch', 3, 224, 224] }],
      outputs: [{ name: 'pooled', dims: ['batch', 3, 1, 1] }],
      nodes: [
        { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
        { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      ],
    };
    writeFileSync(at('channels.onnx'), buildOnnxModel(graph));
  });

  it('takes its labels from the checkpoints, made once, and is fed the same crop', () => {
    const study = write('study.json', 'dissect-2020');
    const first = intermodel(['run', study, '--out', at('first'), '--quiet']);
    expect([first.stderr, first.code]).toEqual(['', 0]);
    // One file for each image and network.
    const kept = planes();
    expect(Object.keys(kept)).toHaveLength(6);
    const vocabulary = csvRows(at('first', 'vocabulary.csv'));
    expect(vocabulary.length).toBe(1823);
    const second = intermodel(['run', study, '--out', at('second'), '--quiet']);
    expect([second.stderr, second.code, planes()]).toEqual(['', 0, kept]);
    const units = (out: string) => readFileSync(at(out, 'models', 'a', 'units.csv'), 'utf8');
    expect(units('second')).toBe(units('first'));
  });

  it('refuses models that see more than the labels', () => {
    const { code, stderr } = intermodel(['run', write('whole.json', 'imagenet'), '--out', at('whole'), '--quiet']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('error LABEL_CROP')]);
    expect(stderr).toContain('models[].input: dissect-2020');
  });

  it('shows images beside their labels', () => {
    const [image = ''] = readdirSync(at('photos'));
    const given = ['data', 'show', image, '--study', at('study.json')];
    const { stdout, stderr, code } = intermodel([...given, '--out', at('labels.svg'), '--json']);
    expect([stderr, code]).toEqual(['', 0]);
    const { images } = JSON.parse(stdout) as {
      readonly images: readonly {
        readonly image: string;
        readonly planes: readonly (readonly { category: string }[])[];
      }[];
    };
    expect(images.map((each) => [each.image, each.planes.length >= 5])).toEqual([[image, true]]);
    const svg = readFileSync(at('labels.svg'), 'utf8');
    expect(svg.includes('left and right halves')).toBe(true);
    expect(svg.match(/<image /gu)?.length).toBe(1 + (images[0]?.planes.length ?? 0));
    expect(intermodel([...given, '--out', at('labels.png')]).code).toBe(0);
    expect(readFileSync(at('labels.png')).subarray(1, 4).toString()).toBe('PNG');
    const unknown = intermodel(['data', 'show', 'none.png', '--study', at('study.json'), '--out', at('none.png')]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('error IMAGE_UNKNOWN')]);
  });
});
