import type { RecordBatch } from 'apache-arrow';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { syntheticClaims } from './fixtures/synthetic-claims.ts';
import { syntheticProbes } from './fixtures/synthetic-probes.ts';
import { syntheticStudy } from './fixtures/synthetic-study.ts';
import { parseDocument } from './page/parse-document.ts';
import { figurePng, renderFigures } from './render-figures.ts';

describe('renderFigures', () => {
  it('gives every figure of the page, a surface for each score, and a scatter for each supported relation', async () => {
    const names = (await renderFigures(syntheticStudy())).map(({ name }) => name);
    expect(names).toEqual([
      'embedding-1-2',
      'embedding-3-2',
      'variance',
      'together',
      'bars-matches',
      'bars-unique',
      'bars-redundancy',
      'loadings-1',
      'loadings-2',
      'loadings-3',
      'loadings',
      'concept-map',
      'relations',
      ...[0, 2, 4, 1, 3, 5].map((set) => `surface-dt-set${String(set)}`),
      'relation-pc1-dt-set0',
      'relation-pc1-dt-set2',
    ]);
  });

  it('gives scores and pairs of every kind of task, with all numbers', async () => {
    const { study } = syntheticStudy();
    const figures = await renderFigures({ study, ...syntheticProbes({ datasets: 1 }) });
    expect(figures.map(({ name }) => name)).toEqual([
      'scores-photos-1-many-shot-classification',
      'scores-photos-1-few-shot-classification',
      'scores-photos-1-transferability',
      'scores-rooms-surface-normal-estimation',
      'differences-photos-1-many-shot-classification',
      'differences-photos-1-few-shot-classification',
      'differences-rooms-surface-normal-estimation',
    ]);
    expect(figures.map(({ csv }) => csv?.trim().split('\n').length)).toEqual([11, 41, 16, 11, 11, 41, 11]);
    for (const { svg } of figures) expect(svg).not.toMatch(/var\(|<style|class=/u);
  });

  it('gives the specification curve of each claim, with every universe in full precision', async () => {
    const { study } = syntheticStudy();
    const claims = syntheticClaims({ universes: 40 });
    const figures = await renderFigures({ study, ...claims });
    expect(figures.map(({ name }) => name)).toEqual(['claim-nearer-1', 'claim-correlates-2', 'claim-tasks-differ-3']);
    const effects = (claims.universeEffects as RecordBatch).toArray() as unknown as readonly {
      claim: string;
      universe: number;
      effect: number;
      isSo: boolean;
    }[];
    const [head, ...lines] = figures[1]?.csv?.trim().split('\n') ?? [];
    expect(head).toBe(
      'universe,is_study,effect,is_so,gate,compareGate,match,normalisation,dropFirstConcept,leftOut,components,clusters,distance',
    );
    expect(lines.map((line) => line.split(',').slice(0, 4).join())).toEqual(
      effects
        .filter(({ claim }) => claim === 'correlates-2')
        .map(({ universe, effect, isSo }) => [universe, universe === 0, effect, isSo].join()),
    );
    // In some the claim cannot be asked.
    expect(lines.length).toBeLessThan(40);
    for (const { svg } of figures) expect(svg).not.toMatch(/var\(|<style|class=|currentColor|href=/u);
    expect(figures[1]?.title).toContain('Model2 and Model3 are the better');
  });

  it('keeps apart data sets whose names look alike', async () => {
    const { study } = syntheticStudy();
    const disguise = (name: string) => name.replace(/^photos \d$/u, (each) => (each.endsWith('1') ? 'a b' : 'A-b'));
    const names = (await renderFigures({ study, ...syntheticProbes({ disguise }) })).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('scores-a-b-transferability'))).toHaveLength(2);
  });

  it('writes SVG that stands alone: no variables, styles or references', async () => {
    for (const { svg, title } of await renderFigures(syntheticStudy())) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/u);
      expect(svg).not.toMatch(/var\(|<style|currentColor|href=|tabindex/u);
      const document = parseDocument(svg);
      expect(document.querySelector('svg > title')?.textContent).toBe(title);
    }
  });

  it('escapes names and keeps file names plain and apart', async () => {
    const figures = await renderFigures(
      syntheticStudy({ disguise: (name) => `../<script>"${name.replace(/\d/gu, '')}` }),
    );
    const names = figures.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[a-z0-9-]+$/u.test(name))).toBe(true);
    expect(figures.every(({ svg }) => !svg.includes('<script'))).toBe(true);
  });

  it('draws names with control characters and halves of characters, as PNG too', async () => {
    const figures = await renderFigures(syntheticStudy({ disguise: (name) => `\u0001\u001b[31m${name}\ud800\u007f` }));
    for (const figure of figures) {
      // XML has no place for most of them, however they are written.
      expect(figure.svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff]/u);
      await expect(figurePng(figure, 0.5)).resolves.toBeInstanceOf(Uint8Array);
    }
  });

  it('gives the numbers behind a figure in full precision', async () => {
    const figures = await renderFigures(syntheticStudy());
    const csv = figures.find(({ name }) => name === 'variance')?.csv;
    expect(csv).toBe(
      'Component,Share,Chance,p,More than chance\n1,0.5,0.3,0.005,true\n2,0.25,0.275,0.255,false\n3,0.125,0.25,0.505,false\n4,0.0625,0.225,0.755,false\n5,0.03125,0.2,1,false\n',
    );
    expect(
      figures
        .find(({ name }) => name === 'surface-dt-set0')
        ?.csv?.trim()
        .split('\n'),
    ).toHaveLength(145);
  });

  it('gives the same bytes twice', async () => {
    expect(await renderFigures(syntheticStudy())).toEqual(await renderFigures(syntheticStudy()));
  });

  it('draws PNG at twice the size, with something on it', async () => {
    const figure = (await renderFigures(syntheticStudy())).find(({ name }) => name === 'embedding-1-2');
    if (figure === undefined) throw new Error('there is a first figure');
    const png = await figurePng(figure);
    const { width, channels } = await sharp(png).metadata();
    expect(width).toBe(Math.round(Number(/ width="(\d+)"/u.exec(figure.svg)?.[1]) * 2));
    const { dominant } = await sharp(png).stats();
    expect(dominant).toEqual({ r: 248, g: 248, b: 248 });
    expect(channels).toBeGreaterThanOrEqual(3);
    expect((await sharp(png).stats()).entropy).toBeGreaterThan(0.1);
  });
});
