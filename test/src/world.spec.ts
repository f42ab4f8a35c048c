import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { drawScene, plantedUnits, shippedModels, worldConcepts, type WorldScene } from '@intermodel/small-world';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, folderBytes, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();

interface Description {
  readonly concepts: readonly { readonly number: number; readonly name: string; readonly pixelShare: number }[];
}

describe('the files of a world', () => {
  const images = 120;
  const scenes = Array.from({ length: images }, (_, image) => drawScene({ seed: 4, image }));

  beforeAll(() => {
    const { code, stderr } = intermodel(['world', '--images', String(images), '--seed', '4', '--out', at('world')]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  const describeData = (...argv: string[]): Description => {
    const { stdout } = intermodel([
      'data',
      'info',
      ...argv,
      '--json',
      '--set',
      'data.labelGrid={width: 64, height: 64}',
    ]);
    return JSON.parse(stdout) as Description;
  };
  /** Share of the pixels of some scenes that bear a number. */
  const shareOf = (number: number, some: readonly WorldScene[]) => {
    const bearing = some.flatMap(({ planes }) =>
      Object.values(planes).map((plane) => plane.filter((at) => at === number)),
    );
    return bearing.reduce((sum, { length }) => sum + length, 0) / (some.length * 64 * 64);
  };

  it.each([
    ['plain', []],
    ['broden', ['broden']],
  ] as const)('are read in the layout %s with the labels that were drawn', (format, below) => {
    const { concepts } = describeData('--format', format, at('world', ...below));
    expect(concepts).toHaveLength(worldConcepts.length);
    for (const { number, pixelShare } of concepts) expect(pixelShare).toBeCloseTo(shareOf(number, scenes), 10);
  });

  it('are read in the layout coco-instances with the things that were drawn', () => {
    const { concepts } = describeData('--format', 'coco-instances', '--split', 'train', at('world'));
    const train = scenes.filter((_, image) => image % 10 < 7);
    // Things of which too little is seen have no mask.
    for (const { name, pixelShare } of concepts) {
      const pixels = train.flatMap(({ things }) =>
        things.filter((thing) => thing.name === name).map((thing) => thing.pixels),
      );
      expect(pixelShare, name).toBeCloseTo(
        pixels.reduce((sum, count) => sum + count, 0) / (train.length * 64 * 64),
        10,
      );
    }
    expect(concepts.some(({ pixelShare }) => pixelShare > 0.01)).toBe(true);
  });

  it('hold boxes, classes, normals and depths that tasks are read from', () => {
    const info = (format: string, ...argv: string[]) =>
      JSON.parse(intermodel(['data', 'info', '--task-format', format, ...argv, '--json']).stdout) as object;
    const csv = (name: string) => [
      '--task-images',
      at('world', 'images'),
      '--task-annotations',
      at('world', 'classes', name),
    ];
    for (const name of ['scenes.csv', 'things.csv', 'presence.csv', 'colours.csv'])
      expect(info('class-csv', ...csv(name))).toMatchObject({ parts: { test: expect.any(Number) as number } });
    for (const format of ['coco-boxes', 'normals', 'depth'])
      expect(info(format, at('world'))).toMatchObject({ parts: { train: expect.any(Number) as number } });
    const depth = decode(readFileSync(at('world', 'depth', '000007.png')));
    const { depths } = scenes[7] as WorldScene;
    expect([...depth.data]).toEqual(Array.from(depths, (metres) => Math.min(65_535, Math.floor(metres * 1000 + 0.5))));
  });

  it('are not drawn again, and not drawn over other things', () => {
    const before = folderBytes(at('world'));
    const again = intermodel(['world', '--images', String(images), '--seed', '4', '--out', at('world'), '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ drawn: false });
    expect(intermodel(['world', '--out', at('world', 'images')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('OUTPUT_NOT_EMPTY') as string,
    });
    expect(folderBytes(at('world'))).toEqual(before);
  });
});

describe('a dissection of a world', () => {
  const planted = shippedModels().find(({ isPlanted }) => isPlanted)?.file ?? '';
  const colours = plantedUnits().flatMap(({ planted: truth }) => /^color (.*)$/u.exec(truth)?.[1] ?? []);
  const grid = ['--set', 'data.labelGrid={width: 32, height: 32}'];
  /** Units of the planted network, dissected as the options say. */
  const dissect = (out: string, ...argv: string[]) => {
    const model = ['--model', `planted=${planted}`, '--input', 'zero-one'];
    const run = intermodel(['dissect', ...model, ...grid, ...argv, '--out', at(out)]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    return csvRows(at(out, 'models', 'planted', 'units.csv'));
  };
  /** Share of its colour units that match the concept of their name. */
  const found = (out: string, ...argv: string[]): number => {
    const units = dissect(out, ...argv);
    return colours.filter((colour, unit) => units[unit]?.['concept'] === colour).length / colours.length;
  };
  const plain = () => ['--data', at('world'), '--data-format', 'plain'];
  const broden = () => ['--data', at('world', 'broden'), '--data-format', 'broden'];
  const coco = () => ['--data', at('world'), '--data-format', 'coco-instances', '--split', 'train'];

  it.each(['dissect-2020', 'netdissect-2017', 'netdissect-lite', 'gandissect'])(
    'finds the planted colours with the preset %s',
    (preset) => {
      expect(found(`with-${preset}`, ...plain(), '--preset', preset)).toBeGreaterThan(0.9);
    },
  );

  it('finds them in labels of every kind that tell colours', () => {
    expect(found('broden', ...broden())).toBe(1);
    // Colours as people name those of photographs: the palette of the world is not quite theirs.
    expect(found('named', ...coco(), '--colours')).toBeGreaterThan(0.6);
    expect(found('cut', ...plain(), '--spatial-parts')).toBe(1);
  });

  it('finds them in labels of a segmentation model', () => {
    writeFileSync(
      at('colours.csv'),
      ['index,name', ...colours.map((name, index) => `${String(index)},${name}`), ''].join('\n'),
    );
    const heads = [{ tensor: 'maps', category: 'color', classes: 'colours.csv' }];
    const input = { preset: 'zero-one', width: 64, height: 64 };
    writeFileSync(
      at('segmented.json'),
      JSON.stringify({
        data: {
          images: 'world/images',
          segmenters: [{ file: planted, input, heads }],
          labelGrid: { width: 32, height: 32 },
        },
        models: [{ name: 'planted', file: planted, input: 'zero-one' }],
      }),
    );
    const run = intermodel(['run', at('segmented.json'), '--out', at('segmented')]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const rows = csvRows(at('segmented', 'models', 'planted', 'units.csv'));
    expect(rows.slice(0, colours.length).map(({ concept }) => concept)).toEqual(colours);
  });

  it('counts things of COCO', () => {
    expect(new Set(dissect('coco', ...coco()).map(({ category }) => category))).toEqual(new Set(['object']));
  });
});

describe('a nuisance that was planted', () => {
  const notes = (...argv: string[]) => {
    intermodel(['world', '--images', '200', '--layout', 'plain', ...argv, '--out', at(argv.join())]);
    return intermodel(['data', 'info', '--format', 'plain', at(argv.join())]).stdout;
  };

  it.each([
    ['animal@field', 'animal (object) hardly occurs outside field (scene)'],
    ['car=red', 'bodywork (part) hardly occurs outside red (color)'],
  ])('%s is told of', (nuisance, note) => {
    expect(notes('--nuisance', nuisance)).toContain(note);
    expect(notes()).not.toContain(note);
  });
});

describe('what cannot be drawn or run ends with exit code 2 and says what can', () => {
  it.each([
    [['--images', '5'], 'OPTION_VALUE', '10 to 100000'],
    [['--models', 'objects'], 'OPTION_UNUSED', 'Add --run'],
    [['--run', '--layout', 'coco'], 'OPTION_UNUSED', 'without --run'],
    [['--run', '--images', '99'], 'OPTION_VALUE', '100 or more'],
    [['--run', '--models', 'simcrl'], 'MODEL_UNKNOWN', 'simclr'],
    [['--layout', 'coc'], 'OPTION_VALUE', 'coco'],
    [['--nuisance', 'cow@field'], 'NUISANCE_UNKNOWN', 'animal'],
    [['--nuisance', 'car'], 'NUISANCE_UNKNOWN', 'THING@PLACE'],
  ])('%j', (argv, code, hint) => {
    const run = intermodel(['world', ...argv, '--out', at('refused')]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(code);
    expect(run.stderr).toContain(hint);
    expect(existsSync(at('refused'))).toBe(false);
  });
});
