import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import { openSession } from '@intermodel/onnx';
import { drawScene, numberOf, plantedUnits, shippedModels, worldNames } from '@intermodel/small-world';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const images = 500;
const side = 32;

/** The whole study, of as many scenes as tell models apart. */
beforeAll(() => {
  const { code, stderr } = intermodel(['world', '--run', '--images', String(images), '--out', at('world')]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
}, 600_000);

const table = (name: string) => csvRows(at('world', 'study', name));
const unitsOf = (model: string) => table(`models/${model}/units.csv`);

/** Scores of the models, the best first, by name. */
function ranking(column: string): string[] {
  const rows = table('scores.csv').filter((row) => row['column'] === column);
  const sign = rows[0]?.['higherIsBetter'] === 'true' ? -1 : 1;
  return rows
    .toSorted((one, other) => sign * (Number(one['score']) - Number(other['score'])))
    .map((row) => row['model'] ?? '');
}

describe('units that were planted', () => {
  const truths = plantedUnits();

  it('match the concepts that they were planted with, and no others match', () => {
    const matched = unitsOf('planted').map((row) =>
      Number(row['iou']) > 0.04 ? `${row['category'] ?? ''} ${row['concept'] ?? ''}` : undefined,
    );
    expect(matched).toEqual(truths.map(({ planted }) => (planted.startsWith('color ') ? planted : undefined)));
  });

  it('have the IoU that is counted plainly from the maps and the labels', async () => {
    const file = shippedModels().find(({ isPlanted }) => isPlanted)?.file ?? '';
    const session = await openSession({ file, tensors: ['maps'], threads: 1 });
    const rows = unitsOf('planted');
    const colours = worldNames.color.map((name) => numberOf('color', name));
    const active = rows.map(() => 0);
    const labelled = colours.map(() => 0);
    const both = colours.map(() => 0);
    for (let image = 0; image < images; image++) {
      const { pixels, planes } = drawScene({ seed: 0, image });
      const plane = 64 * 64;
      const input = Float32Array.from({ length: 3 * plane }, (_, index) =>
        Math.fround((pixels[3 * (index % plane) + Math.floor(index / plane)] as number) / 255),
      );
      const { data = new Float32Array() } = (await session.run(input, 1)).get('maps') ?? {};
      for (let cell = 0; cell < side * side; cell++) {
        // The pixel of a label plane that lies under the centre of a cell of the grid.
        const label = planes.color[(2 * Math.floor(cell / side) + 1) * 64 + 2 * (cell % side) + 1] as number;
        colours.forEach((colour, unit) => (labelled[unit] = (labelled[unit] as number) + Number(label === colour)));
        rows.forEach((row, unit) => {
          const isActive = (data[unit * side * side + cell] as number) > Number(row['threshold']);
          active[unit] = (active[unit] as number) + Number(isActive);
          if (isActive && label === colours[unit]) both[unit] = (both[unit] as number) + 1;
        });
      }
    }
    await session.release();
    colours.forEach((_, unit) => {
      const union = (active[unit] as number) + (labelled[unit] as number) - (both[unit] as number);
      expect(Math.abs(Number(rows[unit]?.['iou']) - (both[unit] as number) / union)).toBeLessThan(1e-6);
    });
    for (const count of active) expect(count / (images * side * side)).toBeLessThanOrEqual(0.01);
  });
});

describe('models', () => {
  /** Trained on the same labels as `objects`, thing by thing or pixel by pixel: as near as a second seed. */
  const kin = ['objects-wide', 'grey', 'segmentation'];
  const place = (model: string) => {
    const row = table('embedding.csv').find((each) => each['model'] === model);
    return [row?.['pc1'], row?.['pc2'], row?.['pc3']].map(Number);
  };
  const distance = (one: string, other: string) =>
    Math.hypot(...place(one).map((value, axis) => value - (place(other)[axis] as number)));

  it('of two seeds of a recipe are nearer to each other than to those of other labels or none', () => {
    const others = table('embedding.csv').map((row) => row['model'] ?? '');
    for (const recipe of ['objects', 'simclr', 'untrained']) {
      const nearer = others.filter(
        (model) => ![recipe, ...kin].includes(model) && distance(recipe, model) <= distance(recipe, `${recipe}-2`),
      );
      expect(nearer, recipe).toEqual([`${recipe}-2`]);
    }
  });

  it('of two seeds stay nearest whatever units are drawn, in most bootstrap samples', () => {
    const models = table('embedding.csv').map((row) => row['model'] ?? '');
    const matched = new Map(
      models.map((model) => [
        model,
        unitsOf(model).map((row) =>
          Number(row['iou']) > 0.04 ? `${row['category'] ?? ''} ${row['concept'] ?? ''}` : '',
        ),
      ]),
    );
    const random = createRandom(0);
    /** Shares of a sample of the units of a model that match each concept. */
    const profile = (model: string) => {
      const units = matched.get(model) ?? [];
      const shares = new Map<string, number>();
      for (let draw = 0; draw < units.length; draw++) {
        const concept = units[random.below(units.length)] ?? '';
        if (concept !== '') shares.set(concept, (shares.get(concept) ?? 0) + 1 / units.length);
      }
      return shares;
    };
    const apart = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) =>
      Math.hypot(
        ...[...new Set([...one.keys(), ...other.keys()])].map((key) => (one.get(key) ?? 0) - (other.get(key) ?? 0)),
      );
    const samples = 200;
    for (const recipe of ['objects', 'simclr', 'untrained']) {
      const others = models.filter((model) => ![recipe, ...kin].includes(model));
      let nearest = 0;
      for (let sample = 0; sample < samples; sample++) {
        const own = profile(recipe);
        const distances = others.map((model) => apart(own, profile(model)));
        nearest += Number(others[distances.indexOf(Math.min(...distances))] === `${recipe}-2`);
      }
      expect(nearest / samples, recipe).toBeGreaterThan(0.5);
    }
  });

  it('without training form a category of their own', () => {
    const clusterOf = new Map(table('embedding.csv').map((row) => [row['model'], row['cluster']]));
    const own = clusterOf.get('untrained');
    expect([...clusterOf].filter(([, cluster]) => cluster === own).map(([model]) => model)).toEqual([
      'untrained',
      'untrained-2',
    ]);
  });

  it('without training match colours alone', () => {
    const matched = unitsOf('untrained').filter((row) => Number(row['iou']) > 0.04);
    expect(new Set(matched.map((row) => row['category']))).toEqual(new Set(['color']));
  });
});

describe('tasks', () => {
  it('of colours are done worst by what never saw colour', () => {
    const trained = ranking('many-shot classification/colours/11-point mAP').filter((model) => model !== 'planted');
    expect(trained.at(-1)).toBe('grey');
  });

  it('of things are done best by what was trained on things', () => {
    expect(ranking('few-shot classification/things/5-shot accuracy (nearest mean)')[0]).toBe('objects-wide');
  });

  it('go with the concepts that they were drawn from', () => {
    const relation = (predictor: string, dataset: string) =>
      table('relations.csv').find((row) => row['predictor'] === predictor && row['dataset'] === dataset);
    const [objects, colours] = [relation('matches:object', 'things'), relation('matches:color', 'colours')];
    for (const row of [objects, colours]) {
      expect(row?.['supported']).toBe('true');
      expect(Number(row?.['pearson'])).toBeGreaterThan(0.6);
    }
    expect(Number(relation('matches:color', 'things')?.['pearson'])).toBeLessThan(0);
  });
});

describe('the study', () => {
  it('computes nothing when it is run again', () => {
    const again = intermodel(['world', '--run', '--images', String(images), '--out', at('world'), '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ steps: { run: 0 } });
  });

  it('says of the model whose preprocessing is wrong, and of no other, that it is normalised twice', () => {
    const { warnings } = JSON.parse(readFileSync(at('world', 'study', 'manifest.json'), 'utf8')) as {
      readonly warnings: readonly string[];
    };
    const told = warnings.filter((text) => text.includes('images are normalised'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^simclr-misread/u);
  });

  it('is refused over something else, and of a model that there is not', () => {
    expect(intermodel(['world', '--run', '--out', at('world', 'scenes')]).stderr).toContain('OUTPUT_NOT_EMPTY');
    expect(intermodel(['world', '--run', '--images', '5', '--out', at('new')]).stderr).toContain('OPTION_VALUE');
  });

  it('is told of in the docs with the record of the training of its networks', () => {
    const script = path.join(root, 'tools/small-world/tell-models.ts');
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', script], { cwd: root, encoding: 'utf8' });
    expect(readFileSync(path.join(root, 'docs/small-world.md'), 'utf8')).toContain(stdout.trim());
    expect(stdout.trim().split('\n')).toHaveLength(2 + shippedModels().length - 1);
  });

  it('has the picture that is drawn of its scenes', () => {
    const script = path.join(root, 'tools/small-world/draw-picture.ts');
    const argv = ['--conditions=@intermodel/source', '--import', 'tsx', script, at('picture.png')];
    expect(spawnSync(process.execPath, argv, { cwd: root }).status).toBe(0);
    expect(readFileSync(at('picture.png')).equals(readFileSync(path.join(root, 'docs/small-world.png')))).toBe(true);
  });
});
