import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { syntheticClaims } from './fixtures/synthetic-claims.ts';
import { syntheticProbes } from './fixtures/synthetic-probes.ts';
import { syntheticStudy } from './fixtures/synthetic-study.ts';
import { syntheticChange } from './fixtures/synthetic-change.ts';
import { syntheticGalleries } from './fixtures/synthetic-gallery.ts';
import { parseDocument, type ParsedDocument } from './page/parse-document.ts';
import { renderReport } from './render-report.ts';
import type { ReportTables } from './tables/report-tables.ts';

/** Numbers of a relation. */
type Printed = Readonly<
  Record<
    | 'n'
    | 'pearson'
    | 'pearsonLow'
    | 'pearsonHigh'
    | 'spearman'
    | 'p'
    | 'pFamily'
    | 'q'
    | 'looLow'
    | 'looHigh'
    | 'lofoLow'
    | 'lofoHigh'
    | 'partialUnits'
    | 'partialUnitsP'
    | 'partialScore'
    | 'partialScoreP',
    number
  >
>;

describe('renderReport', () => {
  it('holds every model, the relations, and the findings', async () => {
    const document = parseDocument(await renderReport(syntheticStudy()));
    expect(document.querySelectorAll('#embedding-1-2 .point')).toHaveLength(13);
    expect(document.querySelectorAll('#models-table tbody tr')).toHaveLength(13);
    expect(document.querySelectorAll('#relation-grid td.supported')).toHaveLength(2);
    expect(document.querySelectorAll('#relations-table tbody tr')).toHaveLength(16 * 6);
    expect(document.querySelector('.findings')?.textContent).toContain('component 1');
    const summaries = (syntheticStudy().summaries as RecordBatch).toArray() as unknown as readonly {
      matches: number;
    }[];
    const matches = summaries.reduce((sum, row) => sum + row.matches, 0);
    expect([...document.querySelectorAll('.key-numbers div')].map(({ textContent }) => textContent)).toEqual([
      ...['models13', 'of them embedded13', 'concepts48'],
      ...[`matching units${String(matches).replace(/\B(?=(\d{3})+$)/gu, '\u202f')}`, 'score columns6'],
    ]);
  });

  it('prints what the table of relations holds, every number in its own column', async () => {
    const tables = syntheticStudy();
    const document = parseDocument(await renderReport(tables));
    const relations = (tables.relations as RecordBatch).toArray() as unknown as readonly Printed[];
    const strongest = relations.reduce((best, row) => (row.pearson > best.pearson ? row : best));
    const fixed = (value: number, digits: number) => value.toFixed(digits).replace('-', '−');
    const { n, pearson, pearsonLow, pearsonHigh, spearman, p, pFamily, q } = strongest;
    const { looLow, looHigh, lofoLow, lofoHigh, partialUnits, partialUnitsP, partialScore, partialScoreP } = strongest;
    const printed = [fixed(pearson, 3), `${fixed(pearsonLow, 2)} to ${fixed(pearsonHigh, 2)}`, fixed(spearman, 3)];
    const tested = [p, pFamily, q].map((value) => fixed(value, 3));
    const ranges = [`${fixed(looLow, 2)} to ${fixed(looHigh, 2)}`, `${fixed(lofoLow, 2)} to ${fixed(lofoHigh, 2)}`];
    const partials = [partialUnits, partialUnitsP, partialScore, partialScoreP].map((value) => fixed(value, 3));
    const all = [String(n), ...printed, ...tested, 'yes', '', ...ranges, ...partials];
    expect(new Set(all).size).toBe(all.length);
    expect(
      [...document.querySelectorAll('#relations-table tbody tr:first-child td')]
        .map(({ textContent }) => textContent)
        .slice(1),
    ).toEqual(all);
    const facts = [...document.querySelectorAll('#relation-facts dd')].map(({ textContent }) => textContent);
    const given = [
      `${fixed(partialUnits, 2)} (p\u00a0=\u00a0${fixed(partialUnitsP, 3)})`,
      `${fixed(partialScore, 2)} (p\u00a0=\u00a0${fixed(partialScoreP, 3)})`,
    ];
    expect(facts).toEqual([...printed.slice(0, 2), ...ranges, ...given, ...printed.slice(2), ...tested, String(n)]);
  });

  it('shows settings in warnings as code, without their marks', async () => {
    const tables = syntheticStudy();
    const text = 'two images are turned: `data.exif: ignore` <takes> them as they are stored';
    const document = parseDocument(
      await renderReport({ ...tables, study: { ...tables.study, warnings: [{ subject: 'a`b', text }] } }),
    );
    const [item] = document.querySelectorAll('.warnings li');
    expect(item?.textContent).toBe(`a\`b ${text.replaceAll('`', '')}`);
    expect(document.querySelector('.warnings code')?.textContent).toBe('data.exif: ignore');
  });

  it('fetches nothing and runs nothing but its own', async () => {
    const html = await renderReport(syntheticStudy());
    expect(html).toContain('default-src &#39;none&#39;');
    expect(html.match(/(?:src|href)="(?!#|data:)[^"]*"/gu)).toBeNull();
    expect(html.match(/ on[a-z]+="/gu)).toBeNull();
    expect(html.match(/ style="/gu)).toBeNull();
    expect(html.match(/<style[ >]/gu)).toHaveLength(1);
  });

  it('escapes every text of every table', async () => {
    const disguise = (name: string): string =>
      `"'><script>alert(1)</script><img src=x onerror=alert(2)>${name}&amp;</style>`;
    // Harmless names of the same width: labels find the same places, so the two pages have the same elements.
    const harmless = (name: string): string =>
      disguise(name)
        .replace(/[<>&"=/]/gu, 'x')
        .replace(/[';()]/gu, 'i');
    const everything = async (change: (name: string) => string): Promise<ReportTables> => ({
      ...syntheticStudy({ disguise: change }),
      ...syntheticProbes({ disguise: change }),
      ...syntheticClaims({ disguise: change }),
      change: syntheticChange(change),
      galleries: await syntheticGalleries({ disguise: change }),
      vocabulary: [{ concept: change('sky'), category: change('object'), images: 3, coverage: 0.2 }],
    });
    const plain = parseDocument(await renderReport(await everything(harmless)));
    const document = parseDocument(await renderReport(await everything(disguise)));
    const count = (page: ParsedDocument): number => page.querySelectorAll('*').length;
    expect(count(document)).toBe(count(plain));
    expect(document.querySelectorAll('img')).toHaveLength(0);
    expect(document.querySelectorAll('script:not([type])').length).toBe(
      plain.querySelectorAll('script:not([type])').length,
    );
    expect(document.querySelector('h1')?.textContent).toBe(disguise('A made-up study'));
  });

  it('gives the same bytes twice, and however the batches are cut', async () => {
    const tables = { ...syntheticStudy(), ...syntheticProbes(), ...syntheticClaims() };
    const whole = await renderReport(tables);
    expect(await renderReport(tables)).toBe(whole);
    expect(await renderReport(cut(tables, 7))).toBe(whole);
  });

  it.each([
    'embedding',
    'loadings',
    'variance',
    'quality',
    'traits',
    'scores',
    'relations',
    'conceptRelations',
    'surfaces',
    'surfaceErrors',
  ] as const)('does without the table %s', async (name) => {
    const document = parseDocument(await renderReport({ ...syntheticStudy(), [name]: undefined }));
    expect(document.querySelectorAll('#models-table tbody tr')).toHaveLength(13);
    expect(document.querySelector('main')?.textContent).not.toMatch(/undefined|NaN/u);
  });

  it('tells what changed since an earlier run, and nothing of it where there was none', async () => {
    const tables = syntheticStudy();
    const document = parseDocument(await renderReport({ ...tables, change: syntheticChange() }));
    expect(document.querySelectorAll('#changes .scatter .move')).toHaveLength(11);
    expect(document.querySelectorAll('#changes .scatter .new')).toHaveLength(2);
    expect(document.querySelectorAll('#change-table tbody tr')).toHaveLength(14);
    expect(document.querySelector('#overview')?.textContent).toContain('1 model is gone: Model0.');
    expect(parseDocument(await renderReport(tables)).querySelectorAll('#since')).toHaveLength(0);
    const few = parseDocument(await renderReport({ ...tables, change: { ...syntheticChange(), isDetermined: false } }));
    expect(few.querySelectorAll('#changes')).toHaveLength(0);
    expect(few.querySelectorAll('#change-table tbody tr')).toHaveLength(14);
    const { study, profiles, summaries } = tables;
    expect(
      parseDocument(await renderReport({ study, profiles, summaries, change: syntheticChange() })).querySelectorAll(
        '#change-table',
      ),
    ).toHaveLength(1);
  });

  it('shows profiles alone where nothing else was computed', async () => {
    const { study, profiles, summaries } = syntheticStudy();
    const document = parseDocument(await renderReport({ study, profiles, summaries }));
    expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual([
      'overview',
      'models',
      'concepts',
      'method',
    ]);
  });

  it('shows scores on one’s own tasks, between what the models are and what goes with scores', async () => {
    const tables = { ...syntheticStudy(), ...syntheticProbes() };
    const document = parseDocument(await renderReport(tables));
    expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual([
      ...['overview', 'models', 'concepts', 'probes', 'tasks', 'method'],
    ]);
    const rows = (tables.probeScores as RecordBatch).numRows;
    expect(document.querySelectorAll('#probes circle')).toHaveLength(rows + 7);
    const differences = (tables.probeDifferences as RecordBatch).toArray() as unknown as readonly Printed[];
    expect(document.querySelectorAll('#probe-differences-table tbody tr')).toHaveLength(differences.length);
    expect(document.querySelectorAll('#probe-best-table tbody tr')).toHaveLength(2 * (2 + 8) + 2);
    const numbers = [...document.querySelectorAll('#probes .key-numbers div')].map(({ textContent }) => textContent);
    expect(numbers.slice(0, 3)).toEqual(['models5', 'data sets3', 'scores of each28']);
  });

  it('is a page of scores alone where there is nothing else', async () => {
    const { study } = syntheticStudy();
    const document = parseDocument(await renderReport({ study, ...syntheticProbes() }));
    expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual(['probes', 'method']);
    expect(document.querySelector('.skip')?.getAttribute('href')).toBe('#probes');
    expect(document.querySelector('main')?.textContent).not.toMatch(/undefined|NaN/u);
  });

  it.each([1, 2, 3, 45])(
    'compares %s models by a table, and draws pairs where there is something to see',
    async (models) => {
      const { study } = syntheticStudy();
      const document = parseDocument(await renderReport({ study, ...syntheticProbes({ models, datasets: 1 }) }));
      const drawn = document.querySelectorAll('#probes figure[id^=differences]');
      expect(drawn).toHaveLength(models === 3 ? 3 : 0);
      expect(document.querySelectorAll('#probe-best-table')).toHaveLength(models === 1 ? 0 : 1);
      const open = document.querySelectorAll('#probes > div > #probe-differences-table');
      expect(open).toHaveLength(models === 2 || models === 3 ? 1 : 0);
    },
  );

  it('shows claims with their verdicts, between what goes with scores and the method', async () => {
    const claims = syntheticClaims();
    const document = parseDocument(await renderReport({ ...syntheticStudy(), ...claims }));
    expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual([
      ...['overview', 'models', 'concepts', 'tasks', 'claims', 'method'],
    ]);
    const texts = (selector: string) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
    expect(document.querySelector('nav a[href="#claims"]')?.textContent).toBe('Claims');
    expect(texts('#claims strong').slice(0, 3)).toEqual(['holds', 'fails', 'undecided']);
    expect(texts('#claims .key-numbers div')).toEqual(['claims3', ' holds1', ' undecided1', ' fails1']);
    const rows = (claims.claims as RecordBatch).toArray() as unknown as readonly Readonly<Record<string, unknown>>[];
    expect(texts('.claim h3:not(figcaption h3)')).toEqual(
      rows.map(({ verdict, statement }) => ` ${String(verdict)} ${String(statement)}`),
    );
    expect(texts('.claim > p:not(.source)')).toEqual(rows.map(({ sentence }) => sentence));
    expect(document.querySelectorAll('.claim figure')).toHaveLength(3);
    // Without the script the table of each figure tells what the choices do: its levels under all choices that differ.
    expect(document.querySelectorAll('#claim-nearer-1 tbody tr')).toHaveLength(4 + 2 + 4 + 2 + 4 + 2 + 3);
    expect(document.querySelectorAll('#claim-correlates-2 tbody tr')).toHaveLength(4 + 2 + 4 + 2 + 3 + 2 + 3);
    const undrawn = /(\d+) universes in which the effect is undefined/u.exec(
      document.querySelector('#claim-tasks-differ-3')?.textContent ?? '',
    );
    const effects = (claims.universeEffects as RecordBatch).toArray() as unknown as readonly {
      claim: string;
      effect: number | null;
    }[];
    expect(Number(undrawn?.[1])).toBe(
      effects.filter(({ claim, effect }) => claim === 'tasks-differ-3' && effect === null).length,
    );
    expect(document.querySelector('main')?.textContent).not.toMatch(/undefined,|NaN/u);
  });

  it('shows claims without curves where there are no universes, and no claims where there are none', async () => {
    const { study } = syntheticStudy();
    const { claims, universes, universeEffects, choices } = syntheticClaims();
    const empty = <T>(table: T): T => (table as unknown as RecordBatch).slice(0, 0) as unknown as T;
    for (const rest of [
      {},
      { universes, choices },
      { universes: empty(universes), universeEffects: empty(universeEffects), choices: empty(choices) },
    ]) {
      const document = parseDocument(await renderReport({ study, claims, ...rest }));
      expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual(['claims', 'method']);
      expect(document.querySelectorAll('.claim')).toHaveLength(3);
      expect(document.querySelectorAll('.claim details, .claim figure')).toHaveLength(0);
    }
    const without = parseDocument(await renderReport({ study, claims: empty(claims), universes, universeEffects }));
    expect(without.querySelectorAll('#claims')).toHaveLength(0);
  });

  it('takes at most 400 kB for 15 claims over 200 universes, and of more universes not much more', async () => {
    const { study } = syntheticStudy();
    const bytes = async (tables: Omit<ReportTables, 'study'>) =>
      Buffer.byteLength(await renderReport({ study, ...tables }));
    const nothing = await bytes({});
    expect((await bytes(syntheticClaims({ claims: 15, universes: 200 }))) - nothing).toBeLessThan(200_000);
    expect((await bytes(syntheticClaims({ claims: 15, universes: 1000 }))) - nothing).toBeLessThan(400_000);
  });

  it('has no section on what goes with scores where nothing was related to them', async () => {
    const { study, profiles, summaries, scores } = syntheticStudy();
    const document = parseDocument(await renderReport({ study, profiles, summaries, scores }));
    expect(document.querySelectorAll('#tasks')).toHaveLength(0);
  });

  it.each([1, 2])('draws an embedding of %s components', async (components) => {
    const document = parseDocument(await renderReport(syntheticStudy({ components })));
    expect(document.querySelectorAll('.scatter').length).toBeGreaterThan(0);
    expect(document.querySelector('main')?.textContent).not.toMatch(/undefined|NaN/u);
  });

  it('refuses a batch of another table', async () => {
    const tables = syntheticStudy();
    await expect(renderReport({ ...tables, profiles: tables.summaries as never })).rejects.toThrow(
      /renderReport: column "concept"/u,
    );
  });
});

function cut(tables: ReportTables, rows: number): ReportTables {
  const slices = ([name, table]: [string, unknown]): [string, unknown] => {
    if (name === 'study' || table === undefined) return [name, table];
    const batch = table as RecordBatch;
    return [
      name,
      Array.from({ length: Math.ceil(batch.numRows / rows) }, (_, index) =>
        batch.slice(index * rows, (index + 1) * rows),
      ),
    ];
  };
  return Object.fromEntries(Object.entries(tables).map(slices)) as unknown as ReportTables;
}
