import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildOnnxModel, writePng } from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderBytes, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();

/** Red of the two marked columns of each image: "spot" has the brightest pixel, "even" the brightest mean. */
const reds: Readonly<Record<string, (row: number) => number>> = {
  dim: () => 60,
  even: () => 200,
  faint: () => 30,
  spot: (row) => (row === 0 ? 255 : 90),
};

beforeAll(() => {
  for (const folder of ['images', 'labels']) mkdirSync(at(folder));
  writeFileSync(at('labels.csv'), 'number,name,category\n1,red,color\n');
  for (const [name, red] of Object.entries(reds)) {
    const [data, label] = [new Uint8Array(8 * 8 * 3), new Uint8Array(8 * 8)];
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 2; column++) {
        data[(row * 8 + column) * 3] = red(row);
        label[row * 8 + column] = 1;
      }
    }
    writePng(at('images', `${name}.png`), { width: 8, height: 8, data, channels: 3, depth: 8 });
    writePng(at('labels', `${name}.png`), { width: 8, height: 8, data: label, channels: 1, depth: 8 });
  }
  const nodes = [
    { op: 'Conv', inputs: ['input', 'weights'], outputs: ['convolved'] },
    { op: 'Relu', inputs: ['convolved'], outputs: ['maps'] },
  ] as const;
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'maps', dims: ['batch', 1, 8, 8] }],
    nodes: [...nodes],
    initializers: { weights: { dims: [1, 3, 1, 1], data: [1, 0, 0] } },
  };
  writeFileSync(at('red.onnx'), buildOnnxModel(graph));
});

const study = (gallery: Record<string, unknown> = {}, matching: Record<string, unknown> = { level: 0.75 }) => {
  const file = at('study.json');
  const input = { width: 8, height: 8, preset: 'zero-one' };
  writeFileSync(
    file,
    JSON.stringify({
      abstract: 'What red <units> see.',
      data: { images: 'images', labels: 'labels', labelNames: 'labels.csv', labelGrid: { width: 8, height: 8 } },
      models: [{ name: 'a', file: 'red.onnx', layer: 'maps', input }],
      matching,
      gallery,
    }),
  );
  return file;
};
const runStudy = (file: string, out: string, ...options: readonly string[]) => {
  const { code, stderr } = intermodel(['run', file, '--out', at(out), '--quiet', ...options]);
  expect([stderr, code]).toEqual(['', 0]);
  return readFileSync(at(out, 'report.html'), 'utf8');
};
const run = (out: string, gallery: Record<string, unknown>, ...options: readonly string[]) =>
  runStudy(study(gallery), out, ...options);
/** Images of the first unit of a report, the strongest first, with their activations. */
const shown = (html: string) =>
  [...html.matchAll(/<title>([a-z]+)\.png, activation ([\d.]+)<\/title>/gu)].map(([, name, activation]) => [
    name,
    Number(activation),
  ]);

describe('the gallery of a dissected study', () => {
  it('ranks images by the largest value of a map, or by the mean, and shows as many as asked for', () => {
    expect(shown(run('largest', {}))).toEqual([
      ['spot', 1],
      ['even', 0.784],
      ['dim', 0.235],
      ['faint', 0.118],
    ]);
    // A quarter of the map is red: 200/255/4, and (255 + 7 x 90)/8/255/4.
    expect(shown(run('mean', { pool: 'mean', images: 2 }))).toEqual([
      ['even', 0.196],
      ['spot', 0.108],
    ]);
  });

  it('shows a unit whose IoU equals the gate where the preset lets it pass', () => {
    // The 64 brightest of 256 values are active, which are the red ones: IoU 1.
    const matching = { level: 0.75, gate: 1 };
    expect(shown(runStudy(study({}, { ...matching, compareGate: '>' }), 'above'))).toEqual([]);
    expect(shown(runStudy(study({}, { ...matching, compareGate: '>=' }), 'reached'))).toHaveLength(4);
  });

  it('outlines what the preset calls active', () => {
    // Position 240 of 256 values, of which 238 to 253 are 200/255: those of "even".
    const matching = { level: 240.5 / 256, gate: 0 };
    const outlined = (html: string) =>
      [
        ...html.matchAll(
          /<title>([a-z]+)\.png, activation [\d.]+<\/title><use [^>]*\/>(?:<path class="dim".*?)?<\/svg>/gu,
        ),
      ]
        .filter(([picture]) => picture.includes('class="outline"'))
        .map(([, name]) => name);
    expect(outlined(runStudy(study({}, { ...matching, compare: '>' }), 'strict'))).toEqual(['spot']);
    expect(outlined(runStudy(study({}, { ...matching, compare: '>=' }), 'inclusive'))).toEqual(['spot', 'even']);
  });

  it('takes the options of the command over those of the study file', () => {
    expect(
      shown(run('options', { pool: 'max', images: 4 }, '--gallery-pool', 'mean', '--gallery-images', '1')).map(
        ([name]) => name,
      ),
    ).toEqual(['even']);
    expect(run('none', {}, '--gallery-units', '0')).not.toContain('<section id="units"');
    expect(run('tight', {}, '--gallery-megabytes', '0')).toContain('4 images would not fit');
  });

  it('puts thumbnails into a folder beside the page, and takes them away when they are embedded again', () => {
    const html = run('placed', { place: 'folder' });
    const images = readdirSync(at('placed', 'report-images'));
    expect(images).toHaveLength(4);
    expect([...html.matchAll(/href="report-images\/([^"]+)"/gu)].map(([, name]) => name).sort()).toEqual(
      [...images].sort(),
    );
    expect(html).not.toContain('href="data:image');
    run('again', { place: 'folder' });
    expect(folderBytes(at('again'))).toEqual(folderBytes(at('placed')));
    writeFileSync(at('placed', 'report-images', 'own.txt'), 'a file of the user');
    expect(run('placed', { place: 'folder' }, '--gallery', 'embedded')).toContain('href="data:image');
    expect(readdirSync(at('placed', 'report-images'))).toEqual(['own.txt']);
    run('again', {});
    expect(existsSync(at('again', 'report-images'))).toBe(false);
  });

  it('states abstract and choices in the report', () => {
    const html = run('stated', { pool: 'mean' });
    expect(html).toContain('<p class="abstract">What red &lt;units&gt; see.</p>');
    expect(html).toMatch(/gallery: images ranked by<\/dt><dd>mean/u);
  });

  it.each([
    [['--gallery', 'beside'], /embedded, folder/u],
    [['--gallery-pool', 'median'], /max, mean/u],
    [['--gallery-images', '0'], /at least 1/u],
    [['--gallery-megabytes', '-1'], /at least 0/u],
  ])('refuses %j', (options, message) => {
    const { code, stderr } = intermodel(['run', study(), '--out', at('bad'), ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('is described by the options of dissect too', () => {
    const { code, stderr } = intermodel([
      'dissect',
      '--model',
      `${at('red.onnx')}:maps`,
      '--images',
      at('images'),
      '--labels',
      at('labels'),
      '--label-names',
      at('labels.csv'),
      '--input',
      '{width: 8, height: 8, preset: zero-one}',
      '--gallery',
      'folder',
      '--gallery-images',
      '3',
      '--abstract',
      'By options.',
      '--out',
      at('dissected'),
      '--quiet',
    ]);
    expect([stderr, code]).toEqual(['', 0]);
    const { options } = JSON.parse(readFileSync(at('dissected', 'manifest.json'), 'utf8')) as {
      options: { gallery: object };
    };
    expect(options.gallery).toEqual({
      units: 12,
      images: 3,
      pool: 'max',
      thumbnailPixels: 112,
      place: 'folder',
      megabytes: 2,
    });
    expect(readFileSync(at('dissected', 'report.html'), 'utf8')).toContain('<p class="abstract">By options.</p>');
  });
});
