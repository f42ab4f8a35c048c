import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  buildOnnxModel,
  drawScenes,
  writeAde20kChallengeLayout,
  writeAde20kLayout,
  writeBrodenLayout,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
  writeNpy,
  writePlainLayout,
  writePng,
  writeTaskLayouts,
  writeVocLayout,
} from '@intermodel/testing';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const scenes = drawScenes();

interface Info {
  readonly images: number;
  readonly planes: number;
  readonly ignoredShare: number;
  readonly categories: readonly { readonly category: string; readonly found: number; readonly pixelShare: number }[];
  readonly concepts: readonly {
    readonly name: string;
    readonly category: string;
    readonly areaShare: number;
    readonly highestIou: number;
    readonly canPass: boolean;
  }[];
  readonly unreachable: number;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}
const info = (...argv: readonly string[]): Info => {
  const run = intermodel(['data', 'info', ...argv, '--json']);
  expect([run.stderr, run.code]).toEqual(['', 0]);
  return JSON.parse(run.stdout) as Info;
};

beforeAll(() => {
  writePlainLayout(at('plain'), scenes);
  writeBrodenLayout(at('broden'), scenes);
  writeVocLayout(at('voc'), scenes);
  writeCocoPanopticLayout(at('coco'), scenes);
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 48, 64] }],
    outputs: [{ name: 'pooled', dims: ['batch', 3, 1, 1] }],
    nodes: [
      { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    ],
  };
  writeFileSync(at('channels.onnx'), buildOnnxModel(graph));
});

describe('intermodel data info', () => {
  it('tells what is in a data set of any format', () => {
    const plain = info(at('plain'));
    expect([plain.images, plain.planes]).toEqual([
      scenes.length,
      scenes.length + scenes.filter(({ parts }) => parts.some((part) => part > 0)).length,
    ]);
    // Sky and ground: every pixel of a drawn scene is an object.
    expect(plain.categories.find(({ category }) => category === 'object')?.pixelShare).toBe(1);
    expect(info('--format', 'broden', at('broden')).categories.map(({ category }) => category)).toEqual(
      expect.arrayContaining(['object', 'part', 'scene', 'material']),
    );
    expect(info('--format', 'voc', at('voc')).images).toBe(scenes.length);
    expect(
      info('--format', 'coco-panoptic', at('coco')).concepts.some(
        ({ name, areaShare }) => name === 'sky' && areaShare > 0.2,
      ),
    ).toBe(true);
    expect(
      info(
        '--images',
        at('plain', 'images'),
        '--labels',
        at('plain', 'labels'),
        '--label-names',
        at('plain', 'labels.csv'),
      ),
    ).toEqual(plain);
  });

  it.each([
    ['plain', writePlainLayout, ['object', 'part', 'scene']],
    ['broden', writeBrodenLayout, ['object', 'material', 'part', 'scene']],
    ['ade20k', writeAde20kLayout, ['object', 'part']],
    ['ade20k-challenge', writeAde20kChallengeLayout, ['object']],
    ['voc', writeVocLayout, ['object']],
    ['coco-panoptic', writeCocoPanopticLayout, ['object', 'stuff']],
    ['coco-instances', writeCocoInstancesLayout, ['object']],
  ] as const)(
    'reads the format %s: images, planes, concepts per category, and what will bite',
    (format, layout, categories) => {
      layout(at(`of-${format}`), scenes);
      const told = info('--format', format, at(`of-${format}`));
      expect(told.images).toBe(scenes.length);
      expect(told.planes).toBeGreaterThan(0);
      expect(told.categories.map(({ category }) => category).sort()).toEqual([...categories].sort());
      expect(told.concepts.some(({ areaShare }) => areaShare > 0)).toBe(true);
      // Every format is drawn in fewer than ten images.
      expect(told.warnings.map(({ code }) => code)).toContain('CONCEPTS_RARE');
      expect(
        info('--format', format, at(`of-${format}`), '--few-images', '1').warnings.map(({ code }) => code),
      ).not.toContain('CONCEPTS_RARE');
      expect(intermodel(['data', 'info', '--format', format, at(`of-${format}`)]).stdout).toMatch(
        /^\d+ images, \d+ label planes .*\n\ncategory +concepts +found +pixels +images\n/u,
      );
    },
  );

  it('reads what releases and tools do differently: class names, crowds, classes from 0', () => {
    writeAde20kChallengeLayout(at('reduced'), scenes, { reducedZero: true });
    writeAde20kChallengeLayout(at('usual'), scenes);
    expect(info('--format', 'ade20k-challenge', at('reduced'), '--reduced-zero')).toEqual(
      info('--format', 'ade20k-challenge', at('usual')),
    );
    const crowds = (what: string) => info('--format', 'coco-panoptic', at('coco'), '--crowd', what).ignoredShare;
    expect([crowds('keep'), crowds('ignore') > 0]).toEqual([0, true]);
    writeFileSync(at('voc-names.csv'), 'number,name,category\n5,jar,object\n11,hut,object\n16,bush,plant\n');
    expect(
      info('--format', 'voc', at('voc'), '--names', at('voc-names.csv'))
        .concepts.map(({ name }) => name)
        .sort(),
    ).toEqual(['bush', 'hut', 'jar']);
  });

  it('reads NumPy arrays beside images as it reads label images', () => {
    cpSync(at('plain'), at('arrays'), { recursive: true });
    rmSync(at('arrays', 'labels'), { recursive: true });
    scenes.forEach(({ name, objects, parts, width, height }, index) => {
      writeNpy(
        at('arrays', 'labels', `${name}.npy`),
        [...objects, ...parts],
        [2, height, width],
        (['|u1', '<u2', '<i4'] as const)[index % 3],
      );
    });
    expect(info(at('arrays'))).toEqual(info(at('plain')));
  });

  it('says what a unit can reach: the smaller area over the larger', () => {
    const { concepts, unreachable } = info(at('plain'), '--active-share', '0.01', '--gate', '0.04');
    for (const { areaShare, highestIou, canPass } of concepts) {
      expect(highestIou).toBe(areaShare === 0 ? 0 : Math.min(areaShare, 0.01) / Math.max(areaShare, 0.01));
      expect(canPass).toBe(highestIou > 0.04);
    }
    expect(unreachable).toBe(concepts.filter(({ canPass }) => !canPass).length);
    expect(concepts.find(({ name }) => name === 'sky')?.canPass).toBe(false);
    const text = intermodel(['data', 'info', at('plain')]).stdout;
    expect(text).toContain(
      `${String(unreachable)} of ${String(concepts.length)} concepts can never pass the gate of 0.04: `,
    );
    expect(text).toMatch(/^sky +object .*out of reach$/mu);
  });

  it('counts colours and halves of objects as a run would', () => {
    const { categories, concepts } = info(at('plain'), '--colours', '--spatial-parts');
    expect(categories.find(({ category }) => category === 'color')?.pixelShare).toBe(1);
    const shareOf = (name: string) =>
      concepts.filter((concept) => concept.name === name).reduce((sum, { areaShare }) => sum + areaShare, 0);
    expect(shareOf('sky-t')).toBeGreaterThan(0);
    expect(shareOf('sky-t') + shareOf('sky-b')).toBeCloseTo(shareOf('sky'), 12);
    expect(shareOf('sky-l') + shareOf('sky-r')).toBeCloseTo(shareOf('sky'), 12);
    // As in the published study: of each image the component that begins last stays whole, which the sky never is.
    const halves = (list: Info['concepts']) =>
      list.filter(({ name }) => /-[tb]$/u.test(name)).reduce((sum, { areaShare }) => sum + areaShare, 0);
    const published = info(at('plain'), '--skip-last-component').concepts;
    expect(halves(published)).toBeGreaterThan(0);
    expect(halves(published)).toBeLessThan(halves(concepts) - 0.001);
    expect(published.find(({ name }) => name === 'sky-t')?.areaShare).toBe(
      concepts.find(({ name }) => name === 'sky-t')?.areaShare,
    );
  });

  it('warns of what will bite instead of stopping', () => {
    cpSync(at('plain'), at('gaps'), { recursive: true });
    writeFileSync(
      at('gaps', 'labels.csv'),
      'number,name,category\n1,sky,object\n2,grass,object\n3,water,object\n5,house,object\n6,tree,object\n99,unicorn,object\n',
    );
    const { warnings } = info(at('gaps'));
    expect(warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['LABEL_UNKNOWN', 'CONCEPTS_ABSENT', 'CONCEPTS_RARE']),
    );
    expect(warnings.find(({ code }) => code === 'CONCEPTS_ABSENT')?.message).toContain('unicorn');
    const unknown = ({ warnings: some }: Info) =>
      some.filter(({ code }) => code === 'LABEL_UNKNOWN').map(({ message }) => message);
    expect(unknown({ ...info(at('gaps')), warnings })[0]).toMatch(
      /^number 4 is not in the vocabulary, first at pixel \(\d+, \d+\) of .*\.png/u,
    );
    expect(unknown(info(at('gaps'), '--colours', '--spatial-parts'))).toEqual(
      unknown({ ...info(at('gaps')), warnings }),
    );
  });
});

describe('a run over any format', () => {
  const input = '{width: 64, height: 48, preset: zero-one}';
  it('names colours and cuts objects, and writes the health of the vocabulary', () => {
    const run = intermodel([
      'dissect',
      '--model',
      `${at('channels.onnx')}:maps`,
      '--input',
      input,
      '--data',
      at('broden'),
      '--data-format',
      'broden',
      '--categories',
      'object',
      '--colours',
      '--spatial-parts',
      '--out',
      at('run'),
      '--json',
    ]);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const vocabulary = csvRows(at('run', 'vocabulary.csv'));
    expect(Object.keys(vocabulary[0] ?? {})).toEqual([
      'concept',
      'category',
      'images',
      'coverage',
      'reachable_iou',
      'can_pass',
    ]);
    expect(new Set(vocabulary.map(({ category }) => category))).toEqual(new Set(['object', 'part', 'color']));
    expect(readFileSync(at('run', 'report.html'), 'utf8')).toContain('vocabulary-table');
    const manifest = JSON.parse(readFileSync(at('run', 'manifest.json'), 'utf8')) as {
      options: { data: unknown };
      inputs: readonly { role: string }[];
      warnings: readonly string[];
    };
    expect(manifest.options.data).toMatchObject({
      format: 'broden',
      root: 'broden',
      categories: ['object'],
      colours: true,
      spatialParts: { skipLastComponent: false },
    });
    expect(manifest.inputs.map(({ role }) => role)).toEqual([
      `images (${String(scenes.length)})`,
      'label images',
      'index',
      'model',
    ]);
    expect(manifest.warnings.some((text) => /concepts cover so little or so much/u.test(text))).toBe(true);
    // Blue is brightest in the sky, whose colour is blue: the unit that passes blue on matches one of its names.
    expect(
      csvRows(at('run', 'models', 'channels', 'units.csv'))
        .map(({ category }) => category)
        .every((category) => ['object', 'part', 'color'].includes(category ?? '')),
    ).toBe(true);
  });

  it('tells in the report what each concept allows, and which concepts overlap', () => {
    cpSync(at('plain'), at('twice'), { recursive: true });
    const names = readFileSync(at('plain', 'labels.csv'), 'utf8').trimEnd();
    writeFileSync(at('twice', 'labels.csv'), `${names}\n20,heaven,object\n21,grass,material\n`);
    for (const { name, objects, width, height } of scenes)
      writePng(at('twice', 'labels', `${name}_1.png`), {
        width,
        height,
        channels: 1,
        data: Uint8Array.from(objects, (number) => ({ 1: 20, 2: 21 })[number] ?? 0),
      });
    const told = intermodel(['data', 'info', at('twice')]).stdout;
    expect(told).toMatch(/^note: sky \(object\) and heaven \(object\) have much the same pixels: IoU 1\.00$/mu);
    expect(told).toMatch(/^note: "grass" stands in the categories object, material$/mu);
    const run = intermodel([
      'dissect',
      '--model',
      `${at('channels.onnx')}:maps`,
      '--input',
      input,
      '--data',
      at('twice'),
      '--out',
      at('health'),
      '--quiet',
    ]);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const report = readFileSync(at('health', 'report.html'), 'utf8');
    const [, table = ''] = /id="vocabulary-table"([\s\S]*?)<\/table>/u.exec(report) ?? [];
    const vocabulary = csvRows(at('health', 'vocabulary.csv'));
    expect(vocabulary.length).toBe(14);
    const cells = table
      .split('<tr')
      .slice(2)
      .map((row) =>
        row
          .replaceAll(/<[^>]*>|^[^>]*>/gu, ' ')
          .trim()
          .split(/\s{2,}|\s(?=[\d.])/u),
      );
    expect(cells).toHaveLength(vocabulary.length);
    vocabulary.forEach(({ concept, category, images, reachable_iou: reachable }, row) => {
      expect(cells[row]?.slice(0, 3)).toEqual([concept, category, images]);
      expect(Number(cells[row]?.at(-1))).toBeCloseTo(Number(reachable), 3);
    });
    expect(report).toMatch(/\d+ of 14 concepts cover so little or so much that no unit can pass the gate of 0\.04/u);
    expect(report).toMatch(/2 pairs of concepts largely coincide[^<]*sky \(object\) and heaven \(object\), IoU 1\.00/u);
    expect(report).toMatch(/1 names stand in several categories: grass \(object, material\)/u);
  });

  it('leaves ignored pixels out of every area where the study says so, and out of every concept always', () => {
    const study = (ignoredPixels: string) => {
      writeFileSync(
        at('ignoring.json'),
        JSON.stringify({
          data: { format: 'voc', root: 'voc', labelGrid: { width: 64, height: 48 } },
          models: [
            { name: 'a', file: 'channels.onnx', layer: 'maps', input: { width: 64, height: 48, preset: 'zero-one' } },
          ],
          matching: { level: 0.8, ignoredPixels },
        }),
      );
      const told = info('--study', at('ignoring.json'));
      const run = intermodel(['run', at('ignoring.json'), '--out', at('ignoring'), '--quiet']);
      expect([run.stderr, run.code]).toEqual(['', 0]);
      return {
        told,
        coverage: new Map(
          csvRows(at('ignoring', 'vocabulary.csv')).map(({ concept, coverage }) => [concept, Number(coverage)]),
        ),
        ious: csvRows(at('ignoring', 'models', 'a', 'units.csv')).map(({ iou }) => Number(iou)),
      };
    };
    const [counted, leftOut] = [study('unlabelled'), study('left-out')];
    const { ignoredShare } = counted.told;
    expect(ignoredShare).toBeGreaterThan(0.01);
    for (const { name, areaShare } of counted.told.concepts) {
      expect(counted.coverage.get(name)).toBe(areaShare);
      expect(leftOut.coverage.get(name)).toBeCloseTo(areaShare / (1 - ignoredShare), 12);
    }
    // Units are active on borders too; without these their areas are smaller, and the overlaps are the same.
    const both = counted.ious.map((iou, unit) => [iou, leftOut.ious[unit] ?? 0] as const);
    expect(both.every(([before, after]) => after >= before)).toBe(true);
    expect(both.some(([before, after]) => after > before)).toBe(true);
  });

  it('changes the vocabulary as the study says', () => {
    writeFileSync(at('synonyms.csv'), 'name,synonym\ngrass,water\n');
    writeFileSync(at('categories.csv'), 'name,category\nsky,stuff\n');
    const study = (vocabulary: object) => {
      writeFileSync(
        at('study.json'),
        JSON.stringify({
          data: { root: 'plain', vocabulary },
          models: [
            { name: 'a', file: 'channels.onnx', layer: 'maps', input: { width: 64, height: 48, preset: 'zero-one' } },
          ],
        }),
      );
      const run = intermodel(['run', at('study.json'), '--out', at('changed'), '--quiet']);
      expect([run.stderr, run.code]).toEqual(['', 0]);
      return csvRows(at('changed', 'vocabulary.csv'))
        .map(({ concept, category }) => `${concept ?? ''}/${category ?? ''}`)
        .sort();
    };
    expect(study({ synonyms: 'synonyms.csv', categories: 'categories.csv', keep: ['sky', 'grass', 'roof'] })).toEqual([
      'grass/object',
      'roof/part',
      'sky/stuff',
    ]);
    expect(study({ keepCategories: ['object'], minimumImages: scenes.length })).toEqual(['sky/object']);
  });
});

describe('images that EXIF turns', () => {
  it('are counted by data info and by a run, and read as stored where EXIF is ignored, without mixing the two', async () => {
    // Bright on the left; labels are drawn on the stored pixels, and orientation 3 turns half of the images upside
    // down.
    mkdirSync(at('exif', 'images'), { recursive: true });
    for (let image = 0; image < 4; image++) {
      const pixels = Uint8Array.from({ length: 64 * 48 * 3 }, (_, sample) =>
        Math.floor(sample / 3) % 64 < 16 ? 250 : 5,
      );
      await sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
        .withMetadata({ orientation: image < 2 ? 3 : 1 })
        .png()
        .toFile(at('exif', 'images', `${String(image)}.png`));
      writePng(at('exif', 'labels', `${String(image)}.png`), {
        width: 64,
        height: 48,
        channels: 1,
        data: Uint8Array.from({ length: 64 * 48 }, (_, pixel) => (pixel % 64 < 16 ? 1 : 0)),
      });
    }
    writeFileSync(at('exif', 'labels.csv'), 'number,name,category\n1,lamp,object\n');
    const told = (...argv: readonly string[]) =>
      info(at('exif'), ...argv)
        .warnings.filter(({ code }) => code === 'IMAGES_TURNED')
        .map(({ message }) => message);
    expect(told()).toEqual([expect.stringMatching(/^EXIF turns 2 of 4 images.*--exif ignore.*: 0\.png, 1\.png$/u)]);
    expect(told('--colours')).toEqual(told());
    expect(told('--exif', 'ignore')).toEqual([expect.stringMatching(/^EXIF would turn 2 of 4 images/u)]);
    const iou = (...argv: readonly string[]) => {
      writeFileSync(
        at('exif.json'),
        JSON.stringify({
          data: {
            root: 'exif',
            labelGrid: { width: 64, height: 48 },
            ...(argv[0] === undefined ? {} : { exif: argv[0] }),
          },
          models: [
            { name: 'a', file: 'channels.onnx', layer: 'maps', input: { width: 64, height: 48, preset: 'zero-one' } },
          ],
          matching: { level: 0.75 },
        }),
      );
      const run = intermodel(['run', at('exif.json'), '--out', at('exif-run'), '--json']);
      expect([run.stderr, run.code]).toEqual(['', 0]);
      const { warnings } = JSON.parse(run.stdout) as { readonly warnings: readonly { readonly text: string }[] };
      expect(warnings.filter(({ text }) => text.startsWith('EXIF')).map(({ text }) => text)).toEqual(
        // A flag is what `data info` has; a study file has a key.
        told('--exif', argv[0] ?? 'upright').map((text) =>
          text.replace('--exif ignore', `data.exif: ignore (in ${at('exif.json')}, or --set data.exif=ignore)`),
        ),
      );
      return Number(csvRows(at('exif-run', 'models', 'a', 'units.csv'))[0]?.['iou']);
    };
    // Of each turned image nothing lies on its label: half of the intersection is left.
    const [upright, ignoring] = [iou(), iou('ignore')];
    expect(ignoring).toBeGreaterThan(0.9);
    expect(upright).toBeLessThan(0.4);
    expect([iou('upright'), iou('ignore'), iou()]).toEqual([upright, ignoring, upright]);
    const dissected = intermodel([
      'dissect',
      '--model',
      `${at('channels.onnx')}:maps`,
      '--input',
      '{width: 64, height: 48, preset: zero-one}',
      '--data',
      at('exif'),
      '--out',
      at('exif-dissect'),
    ]);
    expect(dissected.stdout).toMatch(/^note: .*exif: EXIF turns 2 of 4 images/mu);
  });
});

describe('labels from segmentation models', () => {
  it('segments each image once, also for later runs', () => {
    // The three channels of an image as logits of three classes.
    const head = {
      inputs: [{ name: 'input', dims: ['batch', 3, 'height', 'width'] }],
      outputs: [{ name: 'logits', dims: ['batch', 3, 'height', 'width'] }],
      nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['logits'] }],
      initializers: { weights: { dims: [3, 3, 1, 1], data: [1, 0, 0, 0, 1, 0, 0, 0, 1] } },
    };
    writeFileSync(at('segmenter.onnx'), buildOnnxModel(head));
    writeFileSync(at('classes.csv'), 'index,name\n1,greenish\n2,bluish\n');
    const input = { width: 64, height: 48, preset: 'zero-one' };
    const models = [{ name: 'a', file: 'channels.onnx', layer: 'maps', input }];
    const study = (segmenter: object) => {
      writeFileSync(
        at('segmented.json'),
        JSON.stringify({
          data: {
            images: 'plain/images',
            segmenters: [{ file: 'segmenter.onnx', input, ...segmenter }],
            colours: true,
            labelGrid: { width: 64, height: 48 },
          },
          models,
          matching: { level: 0.8 },
        }),
      );
      return intermodel(['run', at('segmented.json'), '--out', at('segmented'), '--json']);
    };
    const heads = [{ tensor: 'logits', category: 'object', classes: 'classes.csv' }];
    const run = study({ heads });
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const kept = () =>
      readdirSync(at('segmented', '.labels'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => statSync(path.join(parentPath, name)).mtimeMs);
    const times = kept();
    const vocabulary = readFileSync(at('segmented', 'vocabulary.csv'), 'utf8');
    expect(times).toHaveLength(scenes.length);
    // Nothing in drawn scenes but balls, roofs and trunks is red, and red is no class.
    expect(
      csvRows(at('segmented', 'vocabulary.csv'))
        .filter(({ category }) => category === 'object')
        .map(({ concept }) => concept)
        .sort(),
    ).toEqual(['bluish', 'greenish']);
    expect(csvRows(at('segmented', 'models', 'a', 'units.csv'))[2]?.['concept']).toMatch(/^(?:bluish|blue)$/u);
    expect(
      new Set(
        csvRows(at('segmented', 'models', 'a', 'unit-categories.csv')).map(
          ({ unit, category }) => `${String(unit)} ${String(category)}`,
        ),
      ).size,
    ).toBe(csvRows(at('segmented', 'models', 'a', 'unit-categories.csv')).length);
    expect(study({ heads }).code).toBe(0);
    expect([kept(), readFileSync(at('segmented', 'vocabulary.csv'), 'utf8')]).toEqual([times, vocabulary]);
    const bad = study({ heads: [{ ...heads[0], tensor: 'logit' }] });
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stderr)).toMatchObject({ error: { code: 'LAYER_UNKNOWN', file: at('segmenter.onnx') } });
  });
});

const photographs = path.resolve(root, '../shared/parity/data');
describe.skipIf(!existsSync(photographs))('photographs (skipped where ../shared/parity/data is absent)', () => {
  it('are described from their label images, whatever the size of these', () => {
    const of = (labels: string, ...more: readonly string[]) =>
      info(
        '--images',
        path.join(photographs, 'images224'),
        '--labels',
        path.join(photographs, labels),
        '--label-names',
        path.join(photographs, 'labels.csv'),
        ...more,
      );
    const told = of('labels56');
    expect([told.images, told.planes]).toEqual([100, 100]);
    expect(told.concepts).toHaveLength(58);
    // Labels at 224 are sampled under the centres of 56 x 56 cells, which is what the labels at 56 are.
    expect(of('labels224').concepts).toEqual(told.concepts);
    const { categories, concepts } = of('labels56', '--colours', '--spatial-parts');
    expect(categories.find(({ category }) => category === 'color')?.pixelShare).toBe(1);
    expect(concepts.filter(({ name }) => /-[tblr]$/u.test(name)).some(({ areaShare }) => areaShare > 0)).toBe(true);
  });
});

describe('labels that cannot be used end with exit code 2 and say where', () => {
  const copy = (layout: string, name: string) => {
    rmSync(at(name), { recursive: true, force: true });
    cpSync(at(layout), at(name), { recursive: true });
    return (...parts: string[]) => at(name, ...parts);
  };
  const edit = (file: string, change: (text: string) => string) => {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const brodenPlane = () =>
    readdirSync(at('broden', 'images'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('_object.png'))
      .sort()[0] ?? '';

  const cases: readonly [string, () => readonly string[], string, RegExp][] = [
    [
      'a missing plane',
      () => {
        const bad = copy('broden', 'bad');
        rmSync(bad('images', brodenPlane()));
        return ['--format', 'broden', bad()];
      },
      'FILE_MISSING',
      /_object\.png/u,
    ],
    [
      'a truncated PNG',
      () => {
        const bad = copy('plain', 'bad');
        truncateSync(bad('labels', 'scene-000.png'), 60);
        return [bad()];
      },
      'LABEL_BROKEN',
      /scene-000\.png/u,
    ],
    [
      'labels of another shape',
      () => {
        const bad = copy('plain', 'bad');
        writePng(bad('labels', 'scene-000.png'), { width: 8, height: 20, data: new Uint8Array(160), channels: 1 });
        return [bad()];
      },
      'LABEL_ASPECT',
      /8 x 20 pixels[\s\S]*64 x 48/u,
    ],
    [
      'a plane of another size than the index states',
      () => {
        const bad = copy('broden', 'bad');
        writePng(bad('images', brodenPlane()), { width: 4, height: 3, data: new Uint8Array(36), channels: 3 });
        return ['--format', 'broden', bad()];
      },
      'LABEL_SIZE',
      /4 x 3 pixels[\s\S]*index\.csv/u,
    ],
    [
      'a path that leaves the folder',
      () => {
        const bad = copy('broden', 'bad');
        edit(bad('index.csv'), (text) => text.replace(/scene-000[^,]*\.(?:jpg|png)/u, '../../../../secret.png'));
        return ['--format', 'broden', bad()];
      },
      'PATH_OUTSIDE',
      /index\.csv, line 2[\s\S]*secret\.png/u,
    ],
    [
      'an absolute path',
      () => {
        const bad = copy('broden', 'bad');
        edit(bad('index.csv'), (text) => text.replace(/drawn\/scene-000\.jpg/u, '/etc/secret.jpg'));
        return ['--format', 'broden', bad()];
      },
      'PATH_OUTSIDE',
      /index\.csv, line 2, column "image"[\s\S]*secret\.jpg/u,
    ],
    [
      'a link that leaves the folder',
      () => {
        const bad = copy('voc', 'bad');
        writeFileSync(at('secret.jpg'), 'private');
        rmSync(bad('JPEGImages', 'scene-000.jpg'));
        symlinkSync(at('secret.jpg'), bad('JPEGImages', 'scene-000.jpg'));
        return ['--format', 'voc', bad()];
      },
      'PATH_OUTSIDE',
      /"JPEGImages\/scene-000\.jpg" is a link/u,
    ],
    [
      'a path of COCO that leaves the folder',
      () => {
        const bad = copy('coco', 'bad');
        const json = readdirSync(bad('annotations')).find((name) => name.endsWith('.json')) ?? '';
        edit(bad('annotations', json), (text) =>
          text.replace('"file_name":"scene-001.jpg"', '"file_name":"../../secret.jpg"'),
        );
        return ['--format', 'coco-panoptic', bad()];
      },
      'PATH_OUTSIDE',
      /column "images\[1\]\.file_name"/u,
    ],
    [
      'a CSV with other columns',
      () => {
        const bad = copy('broden', 'bad');
        edit(bad('label.csv'), (text) => text.replace('number', 'nummer'));
        return ['--format', 'broden', bad()];
      },
      'COLUMN_MISSING',
      /label\.csv, line 1[\s\S]*"number"/u,
    ],
    [
      'JSON that does not match its images',
      () => {
        const bad = copy('coco', 'bad');
        const json = readdirSync(bad('annotations')).find((name) => name.endsWith('.json')) ?? '';
        edit(bad('annotations', json), (text) => text.replaceAll('scene-000', 'scene-900'));
        return ['--format', 'coco-panoptic', bad()];
      },
      '[A-Z_]+',
      /scene-900/u,
    ],
    [
      'palette indices expanded to colours',
      () => {
        const bad = copy('voc', 'bad');
        writePng(bad('SegmentationClass', 'scene-000.png'), {
          width: 64,
          height: 48,
          data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, index) => (index % 3 === 0 ? 128 : 0)),
          channels: 3,
        });
        return ['--format', 'voc', bad()];
      },
      'LABEL_IN_COLOURS',
      /expanded to colours by another tool/u,
    ],
    ['an unknown format', () => ['--format', 'brodn', at('broden')], 'FORMAT_UNKNOWN', /Did you mean "broden"/u],
    [
      'an option of another format',
      () => ['--format', 'voc', at('voc'), '--categories', 'object'],
      'DATA_OPTIONS',
      /the format "voc" has no option "categories"/u,
    ],
    ['no labels at all', () => ['--images', at('plain', 'images')], 'DATA_OPTIONS', /labels is missing/u],
    ['an unknown split', () => ['--format', 'broden', at('broden'), '--split', 'trian'], 'SPLIT_UNKNOWN', /"trian"/u],
  ];

  it.each(cases)('%s', (_case, argv, code, message) => {
    const run = intermodel(['data', 'info', ...argv()]);
    expect(run.stderr).toMatch(new RegExp(`error ${code}: `, 'u'));
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/^\s+at /mu);
    expect([run.code, run.stdout]).toEqual([2, '']);
  });

  it('stops a run at a number beyond the vocabulary, with file and pixel', () => {
    mkdirSync(at('beyond'), { recursive: true });
    const beyond = copy('plain', 'beyond');
    edit(beyond('labels.csv'), (text) => text.replace(/^1,sky.*\n/mu, ''));
    const run = intermodel([
      'dissect',
      '--model',
      `${at('channels.onnx')}:maps`,
      '--input',
      '{width: 64, height: 48, preset: zero-one}',
      '--data',
      beyond(),
      '--out',
      at('never'),
    ]);
    expect(run.stderr).toMatch(/error LABEL_UNKNOWN: .*scene-000\.png: pixel \(\d+, \d+\) bears 1/u);
    expect([run.code, existsSync(path.join(at('never'), 'report.html'))]).toEqual([2, false]);
  });
});

interface TaskInfo {
  readonly format: string;
  readonly kinds: readonly string[];
  readonly images: number;
  readonly parts: { readonly train: number; readonly val: number; readonly test: number };
  readonly classes: readonly { readonly name: string; readonly train: number; readonly test: number }[];
  readonly imagesPerClass?: { readonly min: number; readonly median: number; readonly max: number };
  readonly isMultiLabel?: boolean;
  readonly boxes?: { readonly count: number; readonly ignored: number; readonly perClass: readonly number[] };
  readonly knownShare?: number;
  readonly warnings: readonly { readonly code: string }[];
}

describe('intermodel data info of tasks', () => {
  const told = (format: string, ...argv: readonly string[]): TaskInfo => {
    const run = intermodel(['data', 'info', '--task-format', format, at('tasks', format), ...argv, '--json']);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    return JSON.parse(run.stdout) as TaskInfo;
  };

  beforeAll(() => {
    for (const [format, write] of Object.entries(writeTaskLayouts)) write(at('tasks', format));
  });

  it('tells parts, classes, boxes, known pixels, and what can be measured', () => {
    expect(told('class-folders')).toMatchObject({
      ...{ images: 6, parts: { train: 2, val: 2, test: 2 }, isMultiLabel: false },
      kinds: ['many-shot', 'neighbours', 'transferability'],
      classes: [
        { name: 'cat', train: 1, val: 1, test: 1 },
        { name: 'dog', train: 1, val: 1, test: 1 },
      ],
      imagesPerClass: { min: 3, median: 3, max: 3 },
      warnings: [{ code: 'CLASSES_OF_FEW_IMAGES' }],
    });
    expect(told('class-csv')).toMatchObject({ isMultiLabel: true, imagesPerClass: { min: 3, median: 3.5, max: 4 } });
    expect(told('coco-boxes')).toMatchObject({
      kinds: ['detection'],
      parts: { train: 3, val: 1, test: 2 },
      boxes: { count: 4, ignored: 1, imagesWithout: 2, small: 4, perClass: [3, 0] },
    });
    expect(told('voc-boxes')).toMatchObject({ boxes: { count: 6, ignored: 1, perClass: [3, 2] } });
    expect(told('planes')).toMatchObject({ kinds: ['dense-classes'], knownShare: 0.75 });
    expect(told('normals')).toMatchObject({ kinds: ['normals'], classes: [], knownShare: 0.75 });
    expect(told('depth', '--depth-scale', '1')).toMatchObject({ kinds: ['depth'], knownShare: 0.75 });
  });

  it('describes the tasks of a study, with its labelled images where it has some', () => {
    const study = at('tasks', 'study.yaml');
    const models = '[{ name: any, file: model.onnx, input: imagenet }]';
    writeFileSync(at('tasks', 'model.onnx'), 'no model is opened to describe its data');
    const tasks = '[{ root: class-folders }, { name: rooms, root: depth, format: depth, depthScale: 1 }]';
    writeFileSync(study, `models: ${models}\ntasks: ${tasks}\n`);
    const info = (...argv: readonly string[]) => intermodel(['data', 'info', '--study', study, ...argv]);
    const { tasks: described, ...others } = JSON.parse(info('--json').stdout) as { readonly tasks: readonly object[] };
    expect(others).toEqual({});
    expect(described).toMatchObject([
      { name: 'class-folders', images: 6 },
      { name: 'rooms', knownShare: 0.75 },
    ]);
    writeFileSync(study, `data: { root: planes }\nmodels: ${models}\ntasks: [{ name: own, format: planes }]\n`);
    expect(JSON.parse(info('--json').stdout)).toMatchObject({
      images: 6,
      tasks: [{ name: 'own', kinds: ['dense-classes'], knownShare: 0.75 }],
    });
    expect(info().stdout).toMatch(/6 images, [\s\S]*own \(planes\): 6 images, /u);
  });

  it('draws the parts that are asked for', () => {
    expect(told('planes', '--task-split', '{train: 0.34, val: 0.33, test: 0.33}').parts).toEqual({
      ...{ train: 2, val: 2, test: 2 },
    });
  });

  it('prints what it found', () => {
    const { stdout, code } = intermodel(['data', 'info', '--task-format', 'voc-boxes', at('tasks', 'voc-boxes')]);
    expect(code).toBe(0);
    expect(stdout).toContain('6 images, 2 to train, 2 to validate, 2 to test');
    expect(stdout).toMatch(/cat +1 +1 +1 +3/u);
    expect(stdout).toContain('It allows detection.');
    expect(stdout).toContain('is missing from the part train');
  });

  it.each([
    ['no folder', ['--task-format', 'depth'], /Give PATH/u],
    ['an option of another format', ['--task-format', 'class-folders', '.', '--task-labels', 'x'], /--task-labels/u],
    ['shares that are none', ['--task-format', 'depth', '.', '--task-split', '{train: 2}'], /--task-split/u],
    ['images of a study beside', ['--task-format', 'depth', '--format', 'voc', '.'], /cannot be used with/u],
    ['a study beside', ['--task-format', 'depth', '--study', 'study.yaml'], /cannot be used with/u],
    ['a format that is none', ['--task-format', 'folders', '.'], /folders/u],
    ['a folder of another layout', ['--task-format', 'coco-boxes', 'tasks/depth'], /annotations\/instances_/u],
    ['a folder that is not there', ['--task-format', 'class-folders', 'nothing'], /nothing/u],
  ])('refuses %s', (_, argv, message) => {
    const { code, stderr } = intermodel(['data', 'info', ...argv], at());
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n +at /u);
  });
});
