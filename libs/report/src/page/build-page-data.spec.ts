import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctTasks, weakRelation } from '../fixtures/distinct-tasks.ts';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { readStudy } from '../tables/read-study.ts';
import type { Study } from '../tables/study.ts';
import { buildPageData, modelsClustered } from './build-page-data.ts';
import type { ShortRelation } from './page-data.ts';
import { jsonForPage } from './render-page.ts';
import { relationNumbers } from './short-relation.ts';

const study = readStudy(syntheticStudy({ models: 9, columns: 4 }));
const data = buildPageData(study);

/** A study of nothing but profiles. */
function studyOf(profiles: Study['profiles']): Study {
  const { embedding: _embedding, tasks: _tasks, ...others } = study;
  return { ...others, profiles };
}

describe('buildPageData', () => {
  it('lists the nearest profiles by distance between weights', () => {
    const { models, concepts, weights } = study.profiles;
    const distance = (a: number, b: number): number =>
      Math.hypot(
        ...concepts.map(
          (_, at) => (weights[a * concepts.length + at] as number) - (weights[b * concepts.length + at] as number),
        ),
      );
    models.forEach((_, model) => {
      const expected = [...models.keys()]
        .filter((other) => other !== model)
        .sort((a, b) => distance(model, a) - distance(model, b))
        .slice(0, 5);
      expect(data.neighbours[model]?.map(([other]) => other)).toEqual(expected);
      expect(data.distances[model]).toHaveLength(model);
      expect(data.neighbours[model]?.[0]?.[1]).toBeCloseTo(distance(model, expected[0] as number), 2);
    });
  });

  it('lists the same models as sorting all rounded distances does, ties by their order', () => {
    const shapes = fc.array(fc.array(fc.constantFrom(0, 1, 1.0001, 1.0004, 2), { minLength: 70, maxLength: 70 }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(shapes, (rows) => {
        const models = rows.map((_, index) => `m${String(index)}`);
        const concepts = Array.from({ length: 70 }, (_, index) => ({
          concept: `c${String(index)}`,
          category: 'object',
        }));
        const weights = Float64Array.from(rows.flat());
        const profiles = {
          models,
          concepts,
          categories: ['object'],
          units: Int32Array.from(weights),
          weights,
          summaries: models.map(() => [{ matches: 1, unique: 1, redundancy: 1 }]),
        };
        const distance = (a: number, b: number) =>
          Math.sqrt(concepts.reduce((sum, _, at) => sum + ((rows[a]?.[at] ?? 0) - (rows[b]?.[at] ?? 0)) ** 2, 0));
        const expected = models.map((_, model) =>
          models
            .map((__, other): [number, number] => [other, Number(distance(model, other).toPrecision(4))])
            .filter(([other]) => other !== model)
            .sort((a, b) => a[1] - b[1] || a[0] - b[0])
            .slice(0, 5),
        );
        expect(buildPageData(studyOf(profiles)).neighbours).toEqual(expected);
      }),
    );
  });

  it('orders models by their units where they are too many to be clustered', () => {
    const many = readStudy(
      syntheticStudy({ models: modelsClustered + 1, conceptsPerCategory: 1, columns: 1 }),
    ).profiles;
    const { order } = buildPageData(studyOf(many));
    const total = (model: number) =>
      many.units
        .subarray(model * many.concepts.length, (model + 1) * many.concepts.length)
        .reduce((sum, count) => sum + count, 0);
    expect(order.models).toEqual([...many.models.keys()].sort((a, b) => total(b) - total(a) || a - b));
  });

  it('orders every model and concept once', () => {
    expect([...data.order.models].sort((a, b) => a - b)).toEqual([...data.models.keys()]);
    expect([...data.order.concepts].sort((a, b) => a - b)).toEqual([...data.concepts.keys()]);
  });

  it('keeps relations, scores and surfaces by column', () => {
    const { tasks } = data;
    expect(tasks?.relations).toHaveLength(4);
    const source = study.tasks?.relations.find(({ predictor, column }) => predictor === 'pc2' && column === 3);
    expect(tasks?.relations[3]?.[1]?.[1]).toBeCloseTo(source?.pearson ?? 0, 3);
    expect(tasks?.surfaces[0]?.cells).toHaveLength(288);
    expect(tasks?.surfaces[0]?.cells.match(/../gu)).toEqual(expect.arrayContaining(['00', 'zz']));
    expect(tasks?.scores[0]?.every((score) => typeof score === 'number')).toBe(true);
  });

  it('keeps every number of a relation and of a concept in its place', () => {
    const { tasks } = buildPageData({ ...study, tasks: distinctTasks });
    expect(tasks?.relations).toEqual([
      [
        [
          ...[13, -0.6184, -0.8712, -0.1039, -0.4327, 0.0216, 0.3347, 0.0448, 1, 0.2913],
          ...[-0.6831, -0.5527, -0.7416, -0.4973, 'MoCo', -0.5219, 0.0677, -0.3815, 0.1429, ''],
        ],
        null,
      ],
      [
        null,
        [
          ...[11, 0.7312, -0.0209, 0.9017, 0.6543, 0.0004, 0.0093, 0.0009, 0, 0.0061],
          ...[0.3147, 0.8236, -0.1284, 0.8579, 'SwAV', 0.2168, 0.4735, null, null, 'interval sign'],
        ],
      ],
    ]);
    // What the page carries says the same again.
    const { predictor: _predictor, column: _column, ...numbers } = weakRelation;
    expect(relationNumbers(tasks?.relations[1]?.[1] as ShortRelation)).toEqual(numbers);
    expect(tasks?.links[0]).toEqual([
      ['red', 'color', -0.8143, 0.0021, 0.0419, 1],
      ['sky', 'object', 0.5512, 0.0312, 0.219, 0],
    ]);
    expect(tasks?.surfaces.map((surface) => surface?.error)).toEqual([
      [13, 3, 3],
      [11, 2.346, 3],
    ]);
  });

  it('keeps no NaN, so that JSON loses nothing', () => {
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it('stands in a page without ending its element', () => {
    const hostile = buildPageData(readStudy(syntheticStudy({ disguise: (name) => `</script><!--${name}\u2028` })));
    const text = jsonForPage(hostile).toString();
    expect(text).not.toMatch(/[<>\u2028]/u);
    expect(JSON.parse(text)).toEqual(hostile);
  });
});
