import { describe, expect, it } from 'vitest';
import { accuracy, angle, logMe } from '../fixtures/distinct-probes.ts';
import { parseDocument } from '../page/parse-document.ts';
import { drawScoreDots } from './score-dots.ts';

const drawn = (...columns: readonly (typeof accuracy)[]) =>
  parseDocument(drawScoreDots({ dataset: 'shapes', task: 'tasks', columns }, ['a', 'b', 'c', 'd']).toString());
const numbers = (page: ReturnType<typeof drawn>, selector: string, name: string) =>
  [...page.querySelectorAll(selector)].map((element) => Number(element.getAttribute(name)));

describe(drawScoreDots, () => {
  it('puts dots and the ends of intervals on one linear scale, a row for each model that has a score', () => {
    const page = drawn(accuracy);
    const dots = numbers(page, 'circle', 'cx');
    const lows = numbers(page, 'line[stroke-width]', 'x1');
    const highs = numbers(page, 'line[stroke-width]', 'x2');
    expect(dots).toHaveLength(3);
    const values = accuracy.scores.flatMap(({ score, low, high }) => [score, low, high]);
    const places = accuracy.scores.flatMap((_, row) => [dots[row], lows[row], highs[row]] as number[]);
    const [least, most] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
    const slope =
      ((places[most] as number) - (places[least] as number)) / ((values[most] as number) - (values[least] as number));
    values.forEach((value, index) => {
      const place = (places[least] as number) + slope * (value - (values[least] as number));
      expect(Math.abs((places[index] as number) - place)).toBeLessThan(0.2);
    });
    const rows = numbers(page, 'circle', 'cy');
    expect([...rows].sort((x, y) => x - y)).toEqual(rows);
  });

  it('tells each row in words, and which direction is better', () => {
    const page = drawn(accuracy, angle);
    const titles = [...page.querySelectorAll('g > title')].map(({ textContent }) => textContent);
    expect(titles).toEqual([
      'a: 0.9123, 95 % interval 0.8765 to 0.9432, 84 images',
      'b: 0.7889, 95 % interval 0.7444 to 0.8221, 84 images',
      'c: 0.8500, 95 % interval 0.7900 to 0.9000, 84 images',
      'a: 20.02, 95 % interval 18.64 to 21.51, 84 images',
      'b: 14.28, 95 % interval 12.71 to 15.94, 84 images',
      'c: no score',
    ]);
    const texts = [...page.querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(texts.filter((text) => text.includes('is better'))).toEqual(['higher is better →', '← lower is better']);
  });

  it('draws a score without interval as a ring, and nothing where a score is undefined', () => {
    const ring = drawn(logMe);
    expect(ring.querySelectorAll('line[stroke-width]')).toHaveLength(0);
    expect(ring.querySelector('circle')?.getAttribute('stroke')).toBe('var(--accent)');
    const scores = logMe.scores.map((score) => ({ ...score, score: Number.NaN }));
    const none = drawn({ ...logMe, scores });
    expect(none.querySelectorAll('circle')).toHaveLength(0);
    expect(none.querySelector('svg')?.textContent).not.toContain('NaN');
  });

  it('has ticks within what is drawn alone, so that no accuracy above 1 is named', () => {
    const [first] = accuracy.scores;
    const whole = { ...(first as (typeof accuracy.scores)[number]), score: 1, low: 1, high: 1 };
    const ticks = (scores: (typeof accuracy)['scores']) =>
      [...drawn({ ...accuracy, scores }).querySelectorAll('text[text-anchor=middle]')].map(({ textContent }) =>
        Number(textContent),
      );
    expect(ticks([whole])).toEqual([1]);
    const found = ticks([whole, { ...whole, model: 'b', score: 0.912, low: 0.905, high: 0.93 }]);
    expect(found.length).toBeGreaterThan(1);
    expect(Math.max(...found)).toBeLessThanOrEqual(1);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0.905);
  });

  it('cuts long names off, and keeps them in the words of the row', () => {
    const name = 'a-model-with-a-name-that-no-panel-has-room-for';
    const scores = accuracy.scores.map((score) => ({ ...score, model: name }));
    const page = parseDocument(
      drawScoreDots({ dataset: 'd', task: 't', columns: [{ ...accuracy, scores: scores.slice(0, 1) }] }, [
        name,
      ]).toString(),
    );
    const [label] = [...page.querySelectorAll('text[text-anchor=end]')];
    expect(label?.textContent).toMatch(/^a-model.*…$/u);
    expect(page.querySelector('g > title')?.textContent).toContain(name);
  });
});
