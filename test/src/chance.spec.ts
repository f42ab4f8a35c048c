import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  concludeDissection,
  countShards,
  dissectionPresets,
  labelPlanesBatch,
  mergeOverlaps,
  replicateMatches,
  selectThresholds,
  tallyOverlaps,
  type NullKind,
} from '@intermodel/concept-matching';
import { combineLabels, createRandom } from '@intermodel/numerics';
import { activationSchema, testColumn, type ActivationShape } from '@intermodel/schemas';
import { testMatches } from '@intermodel/significance';
import { plantedUnits, shippedModels } from '@intermodel/small-world';
import { buildBatch, readNumbers } from '@intermodel/streams';
import { from, lastValueFrom, of, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, folderBytes, intermodel, stepFiles, temporaryFolder } from './command-line.ts';

const preset = dissectionPresets['dissect-2020'];
const side = { map: 5, grid: 10 };
const vocabulary = Array.from({ length: 12 }, (_, index) => ({
  number: index + 1,
  name: `c${String(index)}`,
  category: index % 2 === 0 ? 'object' : 'material',
}));

/** How much a unit has to do with a concept: the share of images in which it fires where the concept is. */
interface PlantedUnits {
  readonly none: number;
  readonly planted: readonly number[];
}

/**
 * Tests of a layer whose truth is known. Concepts lie in one quarter each, now here now there; every unit fires in the
 * quarter of some concept, so that place alone makes overlap, but those without a relation fire in images of their own
 * choice, and planted ones where the concept is in a share of the images.
 */
async function testLayer({ none, planted }: PlantedUnits, images: number, seed: number, kind: NullKind = 'exchange') {
  const { below, uniform, normal } = createRandom(seed);
  const units = none + planted.length;
  const shape: ActivationShape = {
    ...{ model: 'm', layer: 'l', units, mapHeight: side.map, mapWidth: side.map },
    ...{ labelHeight: side.grid, labelWidth: side.grid },
  };
  const quarter = (concept: number) => [(concept % 2) * 2, ((concept >> 1) % 2) * 2] as const;
  const all = Array.from({ length: images }, (_, image) => {
    const place = () => [below(2), below(2)] as const;
    const found = vocabulary.map(() => (uniform() < 0.3 ? place() : undefined));
    const planes = new Uint16Array(vocabulary.length * side.grid ** 2);
    found.forEach((at, concept) => {
      if (at === undefined) return;
      const [top, left] = quarter(concept).map((base, axis) => 2 * (base + (at[axis] ?? 0)));
      for (let row = 0; row < 3; row++)
        planes.fill(
          concept + 1,
          concept * side.grid ** 2 + ((top as number) + row) * side.grid + (left as number),
          concept * side.grid ** 2 + ((top as number) + row) * side.grid + (left as number) + 3,
        );
    });
    const maps = new Float32Array(units * side.map ** 2);
    for (let unit = 0; unit < units; unit++) {
      const concept = unit % vocabulary.length;
      const share = unit < none ? 0 : (planted[unit - none] ?? 0);
      const at = uniform() < share ? found[concept] : uniform() < 0.3 ? place() : undefined;
      for (let cell = 0; cell < side.map ** 2; cell++) maps[unit * side.map ** 2 + cell] = 0.01 * normal();
      if (at === undefined) continue;
      const [row, column] = quarter(concept).map((base, axis) => base + (at[axis] ?? 0)) as [number, number];
      maps[unit * side.map ** 2 + row * side.map + column] = 1 + uniform();
    }
    return { name: `i${String(image)}`, maps, labels: combineLabels({ planes }, side.grid ** 2) };
  });
  const cut = Array.from({ length: images / 32 }, (_, shard) => all.slice(shard * 32, shard * 32 + 32));
  const batches = cut.map((shard) =>
    of(
      buildBatch(activationSchema(shape), {
        image: shard.map(({ name }) => name),
        activations: Float32Array.from(shard.flatMap(({ maps }) => [...maps])),
        labels: { offsets: new Int32Array(shard.length + 1), values: new Uint16Array() },
      }),
    ),
  );
  const counted = await lastValueFrom(
    from(batches).pipe(countShards({ presets: [preset], maximumImages: images }), toArray()),
  );
  const shards = counted.map(({ histograms, kept }, index) => {
    const own = cut[index] ?? [];
    const planes = labelPlanesBatch(
      shape,
      own.map(({ name }) => name),
      own.map(({ labels }) => labels),
    );
    return {
      histogram: histograms[0] as (typeof histograms)[number],
      kept: () => Promise.resolve(kept),
      labels: () => Promise.resolve(planes),
    };
  });
  const thresholds = await lastValueFrom(from(shards).pipe(selectThresholds({ preset })));
  const { matches } = await lastValueFrom(
    from(shards).pipe(
      tallyOverlaps({ thresholds, vocabulary, preset }),
      mergeOverlaps(),
      concludeDissection({ thresholds, vocabulary, preset }),
    ),
  );
  const nulls = await lastValueFrom(
    from(shards).pipe(replicateMatches({ thresholds, matches, vocabulary, preset, replicates: 200, seed, kind })),
  );
  const tested = await lastValueFrom(of(matches).pipe(testMatches({ nulls: [nulls] })));
  const read = (name: 'p' | 'q' | 'chanceLift') => [...readNumbers(testColumn(tested, name) as never)];
  return {
    p: read('p'),
    q: read('q'),
    lift: read('chanceLift'),
    iou: [...readNumbers(tested.getChild('iou') as never)],
  };
}

describe('tests against chance in a layer whose truth is known', () => {
  it('call at most 6 % of 1,000 units without any relation significant, though most of them overlap by their place', async () => {
    const { p, q, lift, iou } = await testLayer({ none: 1000, planted: [] }, 256, 1);
    expect(q.filter((each) => each <= 0.05).length / 1000).toBeLessThanOrEqual(0.06);
    // Before any correction for the number of units: 5 %, give or take four standard errors.
    expect(Math.abs(p.filter((each) => each <= 0.05).length / 1000 - 0.05)).toBeLessThan(0.028);
    expect(iou.filter((each) => each > 0.04).length).toBeGreaterThan(500);
    const mean = lift.reduce((sum, each) => sum + each, 0) / 1000;
    // The best of many concepts is a little above what is expected of one.
    expect(mean).toBeGreaterThan(1);
    expect(mean).toBeLessThan(2);
  });

  it('find planted relations, the more the stronger these are', async () => {
    const strengths = [0.1, 0.3, 0.6];
    const planted = strengths.flatMap((strength) => Array.from({ length: 100 }, () => strength));
    const { q } = await testLayer({ none: 700, planted }, 256, 2);
    const found = strengths.map(
      (_, place) => q.slice(700 + place * 100, 800 + place * 100).filter((each) => each <= 0.05).length,
    );
    const wrong = q.slice(0, 700).filter((each) => each <= 0.05).length;
    expect(found[2]).toBeGreaterThanOrEqual(98);
    expect(found[1]).toBeGreaterThanOrEqual(80);
    expect((found[0] as number) < (found[1] as number)).toBe(true);
    // Of all that is called significant at most a share of 0.05 is wrong, on average.
    expect(wrong / (wrong + found.reduce((sum, each) => sum + each, 0))).toBeLessThan(0.09);
  });

  it('ask another question where labels are rolled: whether place and shape go together within an image', async () => {
    const { q } = await testLayer({ none: 200, planted: Array.from({ length: 100 }, () => 0.6) }, 256, 3, 'roll');
    // Units that always fire in the quarter of a concept overlap it more than labels that are rolled away.
    expect(q.slice(0, 200).filter((each) => each <= 0.05).length).toBeGreaterThan(100);
    expect(q.slice(200).filter((each) => each <= 0.05).length).toBeGreaterThanOrEqual(98);
  });
});

describe('a run with tests against chance', () => {
  const at = temporaryFolder();
  const fileOf = (name: string) => shippedModels().find((model) => model.name === name)?.file ?? '';
  const units = (out: string, model: string) => csvRows(at(out, 'models', model, 'units.csv'));
  const dissect = (out: string, store: string, ...argv: string[]) => {
    const { stdout, stderr, code } = intermodel([
      ...['dissect', '--images', at('world', 'images'), '--labels', at('world', 'labels')],
      ...[
        '--label-names',
        at('world', 'labels.csv'),
        '--input',
        '{width: 64, height: 64, mean: [0,0,0], std: [1,1,1]}',
      ],
      ...['--set', 'data.labelGrid={width: 32, height: 32}', '--gallery-units', '0'],
      ...['--model', `planted=${fileOf('planted')}`, '--model', `objects=${fileOf('objects')}`],
      ...['--out', at(out), '--store', at(store), '--json', ...argv],
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout) as { readonly steps: { readonly run: number; readonly stored: number } };
  };

  beforeAll(() => {
    expect(intermodel(['world', '--images', '320', '--seed', '3', '--out', at('world')]).code).toBe(0);
    dissect('study', 'store');
  });

  it('writes what chance gives beside every match, and is right about planted units', () => {
    const rows = units('study', 'planted');
    const tests = ['expected_iou', 'chance_lift', 'p', 'p_family', 'q'];
    expect(Object.keys(rows[0] ?? {}).slice(-7)).toEqual([...tests, 'iou_low', 'iou_high']);
    const truth = plantedUnits();
    const significant = (row: Record<string, string>) => Number(row['q']) <= 0.05;
    rows.forEach((row, unit) => {
      const planted = truth[unit]?.planted ?? '';
      if (planted.startsWith('color ')) expect(significant(row), planted).toBe(true);
      // What always stands at one place overlaps what is usual there, exchanged or not.
      if (planted === 'position') {
        expect(Number(row['chance_lift'])).toBeCloseTo(1, 1);
        expect(Number(row['p'])).toBeGreaterThan(0.5);
      }
    });
    const empty = rows.filter((_, unit) => ['nothing', 'position'].includes(truth[unit]?.planted ?? ''));
    expect(empty).toHaveLength(17);
    expect(empty.filter(significant).length / empty.length).toBeLessThanOrEqual(0.05);
  });

  it('says how many matches survive, by model and category', () => {
    const survival = csvRows(at('study', 'significance.csv'));
    const total = (model: string, name: string) =>
      survival.reduce((sum, row) => sum + (row['model'] === model ? Number(row[name]) : 0), 0);
    for (const model of ['planted', 'objects']) {
      const rows = units('study', model);
      const passing = rows.filter(({ iou }) => Number(iou) > 0.04);
      expect([total(model, 'units'), total(model, 'passing'), total(model, 'surviving')]).toEqual([
        rows.length,
        passing.length,
        passing.filter(({ q }) => Number(q) <= 0.05).length,
      ]);
    }
    expect(readFileSync(at('study', 'report.html'), 'utf8')).toContain('match better than chance');
  });

  it('gives the same bytes from nothing, on one thread, and other ones for another seed', () => {
    dissect('again', 'other-store', '--concurrency', '1');
    expect(folderBytes(at('again', 'models', 'planted'))).toMatchObject({
      'units.csv': folderBytes(at('study', 'models', 'planted'))['units.csv'],
      'matches.arrow': folderBytes(at('study', 'models', 'planted'))['matches.arrow'],
    });
    dissect('seeded', 'store', '--seed', '7');
    const p = (out: string) => units(out, 'objects').map((row) => row['p']);
    expect(p('seeded')).not.toEqual(p('again'));
    expect(units('seeded', 'objects').map((row) => row['expected_iou'])).toEqual(
      units('again', 'objects').map((row) => row['expected_iou']),
    );
  });

  it('adds replicates without drawing those before again, and leaves them out where they are not wanted', () => {
    const kinds = (out: string, ...argv: string[]) => {
      const before = new Set(stepFiles(at('store')));
      dissect(out, 'store', ...argv);
      return stepFiles(at('store')).filter((file) => !before.has(file)).length;
    };
    // For each of two models one more round and new tests; profiles, embedding, and the record of files written anew.
    const added = kinds('more', '--nulls', '300');
    expect(added).toBeGreaterThanOrEqual(4);
    expect(added).toBeLessThanOrEqual(10);
    const [row] = units('more', 'planted');
    expect(Number(row?.['p'])).toBeCloseTo(1 / 301, 12);
    dissect('without', 'store', '--nulls', '0');
    expect(Object.keys(units('without', 'planted')[0] ?? {})).not.toContain('q');
    expect(existsSync(at('without', 'significance.csv'))).toBe(false);
  });

  it('pools replicates of units that are alike by chance, without more false alarms', () => {
    dissect('pooled', 'store', '--null-pool', 'alike');
    const p = units('pooled', 'objects').map((row) => Number(row['p']));
    expect(Math.min(...p)).toBeLessThan(1 / 201);
    const empty = units('pooled', 'planted').filter((_, unit) =>
      ['nothing', 'position'].includes(plantedUnits()[unit]?.planted ?? ''),
    );
    expect(empty).toHaveLength(17);
    expect(empty.filter(({ p: own }) => Number(own) <= 0.05).length / empty.length).toBeLessThanOrEqual(0.06);
  });

  it('tests against exchanged and rolled labels in one run, each as it does alone', () => {
    const drawn = (...argv: string[]) => {
      const before = new Set(stepFiles(at('store')));
      dissect(...(argv as [string, string, ...string[]]));
      const added = stepFiles(at('store')).filter((file) => !before.has(file));
      return added.filter((file) => /"(?:step|kind)":"nulls"/u.test(readFileSync(file, 'latin1'))).length;
    };
    // Of each of two models the rolled ones alone: the others are there.
    expect(drawn('both-kinds', 'store', '--null-kind', 'both')).toBe(drawn('study', 'store') + 2);
    dissect('rolled', 'store', '--null-kind', 'roll');
    const of = (out: string, ...columns: string[]) =>
      units(out, 'planted').map((row) => columns.map((name) => row[name]));
    expect(of('both-kinds', 'p', 'p_family', 'q')).toEqual(of('study', 'p', 'p_family', 'q'));
    expect(of('both-kinds', 'p_roll', 'p_family_roll', 'q_roll')).toEqual(of('rolled', 'p', 'p_family', 'q'));
    expect(Object.keys(units('both-kinds', 'planted')[0] ?? {}).slice(-5)).toEqual([
      ...['p_roll', 'p_family_roll', 'q_roll', 'iou_low', 'iou_high'],
    ]);
    const rows = units('both-kinds', 'objects').filter((row) => Number(row['iou']) > 0.04 && Number(row['q']) <= 0.05);
    const survival = csvRows(at('both-kinds', 'significance.csv')).filter(({ model }) => model === 'objects');
    expect(survival.reduce((sum, row) => sum + Number(row['surviving_roll']), 0)).toBe(
      rows.filter((row) => Number(row['q_roll']) <= 0.05).length,
    );
    expect(readFileSync(at('both-kinds', 'report.html'), 'utf8')).toContain('better than labels rolled over the edges');
    const { options } = JSON.parse(readFileSync(at('both-kinds', 'manifest.json'), 'utf8')) as { options: object };
    expect(options).toMatchObject({ significance: { nulls: 200, kind: 'both', match: 'gate' } });
    const tables = ['planted', 'objects'].map((model) => at('both-kinds', 'models', model, 'units.csv'));
    const argv = ['--match', 'both', '--components', '1', '--clusters', '1', '--quiet'];
    const { stderr, code } = intermodel(['embed', ...tables, ...argv, '--out', at('embedded')]);
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('counts as matches what is asked for, in profiles and all that follows', () => {
    const matchesOf = (out: string) => {
      const rows = csvRows(at(out, 'profiles.csv'));
      return ['planted', 'objects'].map((model) =>
        rows.reduce((sum, row) => sum + (row['model'] === model ? Number(row['units']) : 0), 0),
      );
    };
    const expected = (isMatch: (iou: number, q: number) => boolean) =>
      ['planted', 'objects'].map(
        (model) => units('study', model).filter(({ iou, q }) => isMatch(Number(iou), Number(q))).length,
      );
    expect(matchesOf('study')).toEqual(expected((iou) => iou > 0.04));
    dissect('significant', 'store', '--match', 'significant');
    expect(matchesOf('significant')).toEqual(expected((_, q) => q <= 0.05));
    dissect('both', 'store', '--match', 'both');
    expect(matchesOf('both')).toEqual(expected((iou, q) => iou > 0.04 && q <= 0.05));
  });

  it('uses as many images as are asked for, and says what is missing where matches were not tested', () => {
    dissect('few', 'store', '--null-images', '64');
    const p = (out: string) => units(out, 'objects').map((row) => row['p']);
    expect(p('few')).not.toEqual(p('study'));
    const refused = intermodel([
      ...['dissect', '--images', at('world', 'images'), '--labels', at('world', 'labels')],
      ...['--label-names', at('world', 'labels.csv'), '--model', `planted=${fileOf('planted')}`],
      ...['--nulls', '0', '--match', 'both', '--out', at('refused')],
    ]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/significance\.nulls|--nulls/u);
  });
});

describe('a look at what a study is made of', () => {
  const at = temporaryFolder();

  it('tells of images that are copies of others, and of models that are one file', () => {
    expect(intermodel(['world', '--images', '40', '--seed', '5', '--out', at('world')]).code).toBe(0);
    const [first = ''] = readdirSync(at('world', 'images'));
    const stem = first.replace(/\..*$/u, '');
    for (const copy of ['copy-a', 'copy-b'])
      for (const folder of ['images', 'labels'])
        for (const name of readdirSync(at('world', folder)).filter((each) => each.startsWith(stem)))
          copyFileSync(at('world', folder, name), at('world', folder, name.replace(stem, copy)));
    const file = shippedModels().find(({ name }) => name === 'planted')?.file ?? '';
    copyFileSync(file, at('same.onnx'));
    const { code, stdout } = intermodel([
      ...['dissect', '--model', `one=${file}`, '--model', `two=${at('same.onnx')}`, '--nulls', '0'],
      ...['--model', shippedModels().find(({ name }) => name === 'objects')?.file ?? ''],
      ...['--images', at('world', 'images'), '--labels', at('world', 'labels'), '--label-names'],
      ...[at('world', 'labels.csv'), '--input', '{width: 64, height: 64, mean: [0,0,0], std: [1,1,1]}'],
      ...['--gallery-units', '0', '--out', at('study'), '--json'],
    ]);
    expect(code).toBe(0);
    const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly { subject: string; text: string }[] };
    const told = (subject: string) => warnings.find((warning) => warning.subject === subject)?.text;
    expect(told('images')).toMatch(/^2 images are copies of others, and count again: .* = … \(3 alike\)\./u);
    expect(told('one, two')).toContain('one file, read and fed alike: they count 2 times');
  });
});
