import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { buildPageData } from '../page/build-page-data.ts';
import type { PageTasks } from '../page/page-data.ts';
import { readStudy } from '../tables/read-study.ts';
import { compareModels } from './compare-view.ts';
import { conceptsDrawn, drawConceptMap, layOutConceptMap, unitStep, unitSteps } from './concept-map.ts';
import { needsView } from './needs-view.ts';
import { predictorValue } from './predictor-value.ts';
import { drawRelation, relationFacts } from './relation-view.ts';
import { drawSurface, surfaceSteps, surfaceVerdict } from './surface-view.ts';

const data = buildPageData(readStudy(syntheticStudy({ models: 8, columns: 4 })));
const tasks = data.tasks as PageTasks;

describe('compareModels', () => {
  it('sorts concepts by who has them, each once, the most units first', () => {
    const units = [
      [5, 0, 1, 0, 2],
      [1, 3, 9, 0, 0],
    ];
    expect(compareModels({ units }, 0, 1)).toEqual({ both: [2, 0], onlyFirst: [4], onlySecond: [1] });
  });
});

describe('concept map', () => {
  it('doubles from step to step', () => {
    expect([1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 2048].map(unitStep)).toEqual([
      0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7,
    ]);
    expect(unitSteps).toHaveLength(8);
  });

  it('draws one stroke for each cell with units', () => {
    const drawing = drawConceptMap(data, layOutConceptMap(data)).toString();
    const strokes = [...drawing.matchAll(/<path d="([^"]*)"/gu)].reduce(
      (count, match) => count + (match[1] ?? '').split('M').length - 1,
      0,
    );
    expect(strokes).toBe(data.units.flat().filter((units) => units > 0).length);
  });

  it('draws what was searched for only, and never more than it can show', () => {
    expect(layOutConceptMap(data, (concept) => concept < 3).concepts).toHaveLength(3);
    const large = buildPageData(readStudy(syntheticStudy({ models: 3, conceptsPerCategory: 150 })));
    expect(layOutConceptMap(large).concepts).toHaveLength(conceptsDrawn);
  });
});

describe('predictorValue', () => {
  it('finds components, the baseline and summaries, and nothing else', () => {
    const summary = data.summaries[2]?.[1];
    expect(predictorValue(data, 2, 'pc2')).toBe(data.points[2]?.[1]);
    expect(predictorValue(data, 2, 'matches')).toBe(data.summaries[2]?.reduce((sum, [matches]) => sum + matches, 0));
    expect(predictorValue(data, 2, `unique:${data.categories[1] ?? ''}`)).toBe(summary?.[1]);
    expect(predictorValue(data, 2, `redundancy:${data.categories[1] ?? ''}`)).toBe(summary?.[2]);
    expect(predictorValue(data, 2, 'pc9')).toBeNaN();
    expect(predictorValue(data, 2, 'unique:nothing')).toBeNaN();
    expect(predictorValue(data, 2, 'other')).toBeNaN();
  });
});

describe('relations', () => {
  it('draws the embedded models that have both values', () => {
    const some: PageTasks = {
      ...tasks,
      scores: tasks.scores.map((row) => row.map((score, model) => (model < 3 ? null : score))),
    };
    const drawing = drawRelation(data, some, { column: 0, predictor: 0, width: 640, height: 400 }).toString();
    expect(drawing.split('class="point').length - 1).toBe(5);
    expect(drawing).toContain('class="trend"');
  });

  it('says supported only of what is', () => {
    expect(relationFacts(tasks, 0, 0).toString()).toContain('<strong>Supported</strong>');
    expect(relationFacts(tasks, 2, 5).toString()).toContain('<strong>Not supported</strong>');
    expect(relationFacts({ ...tasks, relations: [] }, 0, 0).toString()).toContain('not related');
  });
});

describe('surfaces', () => {
  it('covers the whole grid, one colour a step', () => {
    const surface = tasks.surfaces[0];
    if (surface === null || surface === undefined) throw new Error('the study has surfaces');
    const drawing = drawSurface(data, tasks, 0, surface, 760, 480).toString();
    expect(new Set(drawing.match(/--relief-\d/gu))).toHaveProperty('size', 8);
    expect(surfaceSteps(surface)).toHaveLength(8);
  });

  it('says that it tells nothing where it does not beat the mean', () => {
    const surface = { x: [0, 1], y: [0, 1], width: 2, steps: '0123', range: [0, 1] } as const;
    expect(surfaceVerdict({ ...surface, error: [9, 2, 3] })).toContain('better than the mean');
    expect(surfaceVerdict({ ...surface, error: [9, 3, 3] })).toContain('no better than the mean');
    expect(surfaceVerdict({ ...surface, error: null })).toBe('Its error was not computed.');
  });
});

describe('needsView', () => {
  it('calls correlations a lead where none is supported', () => {
    const unsupported: PageTasks = {
      ...tasks,
      links: tasks.links.map((row) =>
        row.map(([concept, category, pearson, p]) => [concept, category, pearson, p, 0.5, 0] as const),
      ),
    };
    expect(needsView(unsupported, 0).toString()).toContain('as a lead, not as a result');
    expect(needsView(tasks, 0).toString()).toContain('1 concept of 20 is supported');
  });
});
