import { describe, expect, it } from 'vitest';
import { distinctTasks } from '../fixtures/distinct-tasks.ts';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { parseDocument } from '../page/parse-document.ts';
import { buildPageData } from '../page/build-page-data.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { readStudy } from '../tables/read-study.ts';
import { compareModels, comparisonView } from './compare-view.ts';
import { conceptsDrawn, drawConceptMap, layOutConceptMap, unitStep, unitSteps } from './concept-map.ts';
import { drawEmbedding } from './embedding-view.ts';
import { modelPanel } from './model-panel.ts';
import { needsView } from './needs-view.ts';
import { predictorValue } from './predictor-value.ts';
import { drawRelation, relationFacts } from './relation-view.ts';
import {
  drawSurface,
  surfaceDigits,
  surfaceFacts,
  surfaceLegend,
  surfaceSteps,
  surfaceVerdict,
} from './surface-view.ts';

const data = buildPageData(readStudy(syntheticStudy({ models: 8, columns: 4 })));
const tasks = data.tasks as PageTasks;
const distinct = buildPageData({ ...readStudy(syntheticStudy({ models: 8 })), tasks: distinctTasks })
  .tasks as PageTasks;
const elements = (html: { toString(): string }, selector: string) => [
  ...parseDocument(`<!doctype html><html><body>${html.toString()}</body></html>`).querySelectorAll(selector),
];
const texts = (html: { toString(): string }, selector: string) =>
  elements(html, selector).map(({ textContent }) => textContent);

/** Two models of three concepts, all counts told apart. */
const counted: PageData = {
  ...data,
  models: ['a', 'b'],
  groups: [0, 1],
  concepts: ['sky', 'dog', 'red'],
  categories: ['object', 'color'],
  conceptCategories: [0, 0, 1],
  units: [
    [2, 0, 3],
    [7, 4, 0],
  ],
  summaries: [
    [
      [2, 1, 2],
      [3, 1, 3],
    ],
    [
      [11, 2, 5.5],
      [0, 0, null],
    ],
  ],
  neighbours: [[[1, 1.25]], [[0, 1.25]]],
  distances: [[], [1.25]],
  standings: [],
  resampling: '',
};

/** The same with replicates. */
const resampled: PageData = {
  ...counted,
  standings: [
    [null, [0.5, 1.5, 0.75, 0.875]],
    [[0.5, 1.5, 0.25, 0.875], null],
  ],
  resampling: 'bootstrap over units, 200 replicates',
};

describe('compareModels', () => {
  it('sorts concepts by who has them, each once, the most units first', () => {
    const units = [
      [5, 0, 1, 0, 2],
      [1, 3, 9, 0, 0],
    ];
    expect(compareModels({ units }, 0, 1)).toEqual({ both: [2, 0], onlyFirst: [4], onlySecond: [1] });
  });

  it('says how much two models share, and counts the units of each under its name', () => {
    const view = comparisonView(counted, 0, 1);
    expect(texts(view, 'p')[0]).toBe('a and b share 1 concept of 3 (33\u202f%), at a distance of 1.25.');
    const far = { ...counted, neighbours: [[], []] };
    expect(texts(comparisonView(far, 1, 0), 'p')[0]).toContain('at a distance of 1.25');
    expect(texts(comparisonView({ ...far, distances: [] }, 0, 1), 'p')[0]).toContain('not among each other’s nearest');
    expect(texts(view, 'h4')).toEqual(['Both (1)', 'Only a (1)', 'Only b (1)']);
    expect(texts(comparisonView(resampled, 0, 1), 'p')[0]).toBe(
      'a and b share 1 concept of 3 (33\u202f%), at a distance of 1.25. Without the noise of the sample the distance is 0.50 to 1.50 (95 % interval, bootstrap over units, 200 replicates). b is the nearest of a in 75\u202f% of the replicates, a of b in 25\u202f%; both stand in one category of models in 88\u202f%.',
    );
    expect(texts(view, 'tbody tr')).toEqual(['sky object27', 'red color3', 'dog object4']);
  });
});

describe('modelPanel', () => {
  it('tells matching units from unique concepts, in all and by category', () => {
    const panel = modelPanel(counted, 0);
    expect(texts(panel, 'p')[0]).toBe('Category A, 5 matching units, 2 unique concepts');
    expect(texts(panel, 'tbody td.number')).toEqual(['2', '1', '2.0', '3', '1', '3.0']);
    expect(texts(panel, 'p')[1]).toBe('red color, 3 · sky object, 2');
    expect(texts(panel, 'ol li')).toEqual([' b at 1.25']);
    expect(texts(modelPanel(resampled, 0), 'ol li')).toEqual([' b at 1.25 (0.50–1.50), nearest in 75\u202f%']);
  });
});

describe('drawEmbedding', () => {
  it('draws the ellipse of the components that it shows, and says how far it reaches', () => {
    const shown = {
      ...counted,
      points: [
        [0, 0, 0],
        [5, 5, 5],
      ],
      ellipses: [[4, 0, 0, 0, 1, 0, 0, 0, 9], null],
    };
    const said = (x: number, y: number) =>
      texts(drawEmbedding(shown, { x, y, width: 600, height: 400 }), '.point title')[0];
    expect(said(0, 1)).toContain('95 % ellipse within ±2.00 and ±1.00');
    expect(said(1, 2)).toContain('95 % ellipse within ±1.00 and ±3.00');
    expect(said(1, 1)).not.toContain('ellipse');
    expect(elements(drawEmbedding(shown, { x: 0, y: 1, width: 600, height: 400 }), '.ellipses path')).toHaveLength(1);
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

  it('draws each cell where its model and concept cross, in the step of its units', () => {
    const layout = layOutConceptMap(data);
    const drawn = elements(drawConceptMap(data, layout), 'path').flatMap((path) => {
      const step = Number(/amount-(\d)/u.exec(path.getAttribute('stroke') ?? '')?.[1]);
      return [...(path.getAttribute('d') ?? '').matchAll(/M([\d.]+) ([\d.]+)/gu)].map(([, x, y]) => ({
        model: layout.models[Math.round((Number(x) - layout.left) / layout.cellWidth)],
        concept: layout.concepts[Math.round((Number(y) - layout.top) / layout.cellHeight - 0.5)],
        step,
      }));
    });
    for (const { model, concept, step } of drawn)
      expect(unitStep(data.units[model ?? NaN]?.[concept ?? NaN] ?? NaN)).toBe(step);
    expect(new Set(drawn.map(({ step }) => step)).size).toBeGreaterThan(4);
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

  it('draws the property across and the score up, with the line of least squares', () => {
    const drawing = drawRelation(data, tasks, { column: 1, predictor: 1, width: 640, height: 400 });
    const drawn = data.models.map((model, index) => {
      const [reach] = elements(drawing, `.point[data-model=${model}] .reach`);
      const x = data.points[index]?.[1] ?? NaN;
      const y = tasks.scores[1]?.[index] ?? NaN;
      return { x, y, across: Number(reach?.getAttribute('cx')), down: Number(reach?.getAttribute('cy')) };
    });
    const fit = (points: readonly (readonly [number, number])[]) => {
      const [left, top] = [0, 1].map((axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / 8) as [
        number,
        number,
      ];
      const slope =
        points.reduce((sum, [x, y]) => sum + (x - left) * (y - top), 0) /
        points.reduce((sum, [x]) => sum + (x - left) ** 2, 0);
      return { slope, at: (x: number) => top + slope * (x - left) };
    };
    // Places are the values to scale: the line through them misses none by more than the rounding of pixels.
    const across = fit(drawn.map((point) => [point.x, point.across]));
    const down = fit(drawn.map((point) => [point.y, point.down]));
    expect([across.slope > 0, down.slope < 0]).toEqual([true, true]);
    for (const point of drawn) {
      expect(Math.abs(across.at(point.x) - point.across)).toBeLessThan(0.2);
      expect(Math.abs(down.at(point.y) - point.down)).toBeLessThan(0.2);
    }
    const trend = fit(drawn.map((point) => [point.across, point.down]));
    const ends = (elements(drawing, '.trend')[0]?.getAttribute('d') ?? '').match(/[\d.]+/gu)?.map(Number) ?? [];
    const [left = NaN, from = NaN, right = NaN, to = NaN] = ends;
    expect([left, right]).toEqual([
      Math.min(...drawn.map((point) => point.across)),
      Math.max(...drawn.map((point) => point.across)),
    ]);
    expect(Math.abs(trend.at(left) - from)).toBeLessThan(0.3);
    expect(Math.abs(trend.at(right) - to)).toBeLessThan(0.3);
  });

  it('prints every number under its own name', () => {
    const facts = relationFacts(distinct, 0, 0);
    expect(texts(facts, 'dt').map((name, index) => [name, texts(facts, 'dd')[index]])).toEqual([
      ['Pearson', '−0.618'],
      ['95 % interval', '−0.87 to −0.10'],
      ['without a model', '−0.68 to −0.55'],
      ['without a family', '−0.74 to −0.50'],
      ['given matching units', '−0.52 (p\u00a0=\u00a00.068)'],
      ['given CIFAR10, accuracy', '−0.38 (p\u00a0=\u00a00.143)'],
      ['Spearman', '−0.433'],
      ['p', '0.022'],
      ['p (family)', '0.335'],
      ['q', '0.045'],
      ['Models', '13'],
    ]);
    expect(elements(facts, 'svg')[0]?.getAttribute('aria-label')).toBe(
      'Correlation −0.62, 95 % interval −0.87 to −0.10, without any one family −0.74 to −0.50',
    );
    expect(texts(relationFacts(distinct, 1, 1), 'dd')).toEqual([
      ...['0.731', '−0.02 to 0.90', '0.31 to 0.82', '−0.13 to 0.86', '0.22 (p\u00a0=\u00a00.473)', '–'],
      ...['0.654', '<0.001', '0.009', '<0.001', '11'],
    ]);
    const other = {
      ...distinct,
      rules: { ...distinct.rules, correction: 'benjamini-yekutieli', hasFamilies: false, given: '' },
    };
    expect(texts(relationFacts(other, 0, 0), 'dt')).toEqual([
      ...['Pearson', '95 % interval', 'without a model', 'given matching units', 'Spearman', 'p', 'p (family)', 'q'],
      ...['q (Benjamini-Yekutieli)', 'Models'],
    ]);
  });

  it('says why a relation is not supported', () => {
    expect(texts(relationFacts(distinct, 1, 1), '.verdict')).toEqual([
      'Not supported The interval includes 0 and without SwAV r is −0.13.',
    ]);
    expect(texts(relationFacts(distinct, 0, 0), '.verdict')).toEqual([
      'Supported It meets the rule: q by Benjamini-Hochberg is at most 0.05.',
    ]);
  });

  it('draws the range without any one family where its ends are', () => {
    const [band] = elements(relationFacts(distinct, 0, 0), 'rect');
    const place = (value: number) => 12 + ((value + 1) / 2) * 256;
    expect(Number(band?.getAttribute('x'))).toBeCloseTo(place(-0.7416), 0);
    expect(Number(band?.getAttribute('width'))).toBeCloseTo(place(-0.4973) - place(-0.7416), 0);
  });

  it('draws the interval where its ends are', () => {
    const [zero] = elements(relationFacts(distinct, 0, 0), 'line[stroke-width]');
    // -1 to 1 lie on 12 to 268.
    const place = (value: number) => 12 + ((value + 1) / 2) * 256;
    expect(Number(zero?.getAttribute('x1'))).toBeCloseTo(place(-0.8712), 0);
    expect(Number(zero?.getAttribute('x2'))).toBeCloseTo(place(-0.1039), 0);
    const [mark] = elements(relationFacts(distinct, 0, 0), 'circle');
    expect(Number(mark?.getAttribute('cx'))).toBeCloseTo(place(-0.6184), 0);
  });

  it('says supported only of what is', () => {
    expect(relationFacts(tasks, 0, 0).toString()).toContain('<strong>Supported</strong>');
    expect(relationFacts(tasks, 2, 5).toString()).toContain('<strong>Not supported</strong>');
    expect(relationFacts({ ...tasks, relations: [] }, 0, 0).toString()).toContain('not related');
  });
});

describe('surfaces', () => {
  it('is drawn where it beats the mean, and hatched where it does not, with its verdict and the models either way', () => {
    const surface = tasks.surfaces[0];
    if (surface === null || surface === undefined) throw new Error('the study has surfaces');
    for (const error of [[9, 2, 3] as const, [9, 3, 3] as const, null]) {
      const drawing = drawSurface(data, tasks, 0, { ...surface, error }, 760, 480).toString();
      const isRead = error === null || error[1] < error[2];
      expect(drawing.includes('--relief-')).toBe(isRead);
      expect(drawing.includes('hatching')).toBe(!isRead);
      expect(surfaceLegend(data, { ...surface, error }).items.length).toBe(isRead ? 11 : 3);
      expect(drawing.replace(/<[^>]+>/gu, ' ')).toContain(error === null ? 'not computed' : 'error');
      expect(drawing.match(/fill="var\(--group-\d\)"/gu)).toHaveLength(8);
    }
  });

  it('says scores with as many decimals as tell them apart', () => {
    const digits = (low: number, high: number) => surfaceDigits({ range: [low, high] });
    expect([digits(80, 94), digits(0.1, 0.4), digits(0, 2000), digits(5, 5)]).toEqual([1, 3, 0, 2]);
  });

  it('covers the whole grid, one colour a step', () => {
    const surface = tasks.surfaces[0];
    if (surface === null || surface === undefined) throw new Error('the study has surfaces');
    const drawing = drawSurface(data, tasks, 0, surface, 760, 480).toString();
    expect(new Set(drawing.match(/--relief-\d/gu))).toHaveProperty('size', 8);
    expect(surfaceSteps(surface)).toHaveLength(8);
  });

  it('prints the errors of the surface and of the mean, each under its name', () => {
    const surface = distinct.surfaces[1];
    if (surface === null || surface === undefined) throw new Error('the study has surfaces');
    expect([texts(surfaceFacts(surface), 'strong'), texts(surfaceFacts(surface), 'dd')]).toEqual([
      ['Better than the mean'],
      ['2.35', '3', '11'],
    ]);
  });

  it('says that it tells nothing where it does not beat the mean', () => {
    const surface = { x: [0, 1], y: [0, 1], width: 2, cells: '00abdezz', range: [0, 1] } as const;
    expect(surfaceVerdict({ ...surface, error: [9, 2, 3] })).toContain('better than the mean');
    expect(surfaceVerdict({ ...surface, error: [9, 3, 3] })).toContain('no better than the mean');
    expect(surfaceVerdict({ ...surface, error: null })).toBe('Its error was not computed.');
  });
});

describe('needsView', () => {
  it('ranks concepts by strength, each with its own numbers, and marks what is supported', () => {
    const view = needsView(distinct, 0);
    expect(texts(view, 'tbody th')).toEqual(['● red color', 'sky object']);
    expect(texts(view, 'tbody td.number')).toEqual(['−0.81', '0.002', '0.042', '0.55', '0.031', '0.219']);
    expect(texts(view, 'p')).toEqual(['1 concept of 2 is supported (●).']);
    const links = [distinct.links[0] ?? [], distinct.links[0] ?? []];
    expect(texts(needsView({ ...distinct, links, linkCounts: [2, 2] }, 1), 'p')).toEqual([
      '1 concept of 2 is supported (●). The score is an error: a negative correlation goes with better models.',
    ]);
  });

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
