import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { readStudy } from '../tables/read-study.ts';
import { buildPageData } from './build-page-data.ts';
import { jsonForPage } from './render-page.ts';

const study = readStudy(syntheticStudy({ models: 9, columns: 4 }));
const data = buildPageData(study);

describe('buildPageData', () => {
  it('lists the nearest profiles by distance between weights', () => {
    const { models, concepts, weights } = study.profiles;
    const distance = (a: number, b: number): number => Math.hypot(...concepts.map((_, at) => (weights[a * concepts.length + at] as number) - (weights[b * concepts.length + at] as number)));
    models.forEach((_, model) => {
      const expected = [...models.keys()].filter((other) => other !== model).sort((a, b) => distance(model, a) - distance(model, b)).slice(0, 5);
      expect(data.neighbours[model]?.map(([other]) => other)).toEqual(expected);
      expect(data.neighbours[model]?.[0]?.[1]).toBeCloseTo(distance(model, expected[0] as number), 2);
    });
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
    expect(tasks?.surfaces[0]?.steps).toHaveLength(144);
    expect(new Set(tasks?.surfaces[0]?.steps)).toEqual(new Set('01234567'));
    expect(tasks?.scores[0]?.every((score) => typeof score === 'number')).toBe(true);
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
