import { bench, describe } from 'vitest';
import { loadPlotHost } from './figures/plot-host.ts';
import { drawScatter } from './figures/scatter.ts';
import { syntheticStudy } from './fixtures/synthetic-study.ts';
import { renderReport } from './render-report.ts';

const host = await loadPlotHost();
const published = syntheticStudy({ models: 20, conceptsPerCategory: 36, columns: 36 });
const large = syntheticStudy({ models: 200, conceptsPerCategory: 250, columns: 36, groups: 6 });

describe('report', () => {
  bench('20 models x 144 concepts x 36 scores', async () => {
    demand((await renderReport(published)).length > 500_000, 'a whole page');
  });

  bench(
    '200 models x 1,000 concepts x 36 scores',
    async () => {
      demand((await renderReport(large)).length > 2_000_000, 'a whole page');
    },
    { iterations: 2, warmupIterations: 1, time: 0 },
  );
});

describe('scatter of 200 points', () => {
  const points = Array.from({ length: 200 }, (_, index) => ({
    name: `Model${String(index)}`,
    x: (index * 37) % 101,
    y: (index * 53) % 97,
    group: index % 3,
    description: '',
  }));

  bench('own drawing, names placed', () => {
    demand(
      drawScatter({ points, xTitle: 'x', yTitle: 'y', label: 'points' }).toString().split('class="point').length ===
        201,
      '200 points',
    );
  });

  bench('Observable Plot, names wherever they fall', () => {
    const { plot } = host;
    const drawing = host.draw('points', {
      marks: [plot.dot(points, { x: 'x', y: 'y' }), plot.text(points, { x: 'x', y: 'y', text: 'name' })],
    });
    demand(drawing.toString().split('<circle').length === 201, '200 points');
  });
});

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the bench did not make ${what}`);
}
