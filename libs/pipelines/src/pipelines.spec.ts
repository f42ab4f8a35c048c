import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import type { RecordBatch } from 'apache-arrow';
import { lastValueFrom, of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvFile, embedStudy, embedUnits, placeStudy, readEmbeddingFolder, relateStudy, writeTables } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pipelines-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(folder, ...parts);

const unit = (concept: string): TinyUnit => [concept, 'object', 0.2];
const matches = tinyUnitMatches({
  a: [unit('sky'), unit('dog')],
  b: [unit('sky'), unit('sky')],
  c: [unit('dog'), unit('cat')],
  random: [unit('sky'), ['-', '', Number.NaN]],
});

describe(embedUnits, () => {
  it('profiles all models but embeds those that are not excluded, over the columns of all', async () => {
    const tables = await lastValueFrom(
      of(matches).pipe(embedUnits({ components: 2, clusters: 2, exclude: ['random'] })),
    );
    expect(tables.points.toArray().map(({ model }) => model)).toEqual(['a', 'b', 'c']);
    expect(new Set(tables.profiles.toArray().map(({ model }) => model)).size).toBe(4);
    expect(csvFile('loadings', tables.loadings).split('\n')[0]).toBe('concept,category,pc1,pc2');
    expect(csvFile('embedding', tables.points).split('\n')[0]).toBe('model,pc1,pc2,cluster');
  });

  it('says how sure all of it is, unless it is told not to', async () => {
    const options = { components: 2, clusters: 2, exclude: ['random'] };
    const tables = await lastValueFrom(of(matches).pipe(embedUnits({ ...options, replicates: 20 })));
    expect(tables.modelUnits.toArray().map(({ model, units }) => [model, units])).toEqual(
      ['a', 'b', 'c', 'random'].map((model) => [model, 2]),
    );
    expect(tables.summaryIntervals?.get(0)).toMatchObject({ model: 'a', over: 'units', replicates: 20, matches: 2 });
    expect(tables.clouds?.toArray().map(({ model }) => model)).toEqual(['a', 'b', 'c']);
    expect(tables.pairs?.numRows).toBe(4 * 3);
    expect(csvFile('clouds', tables.clouds as RecordBatch).split('\n')[0]).toBe(
      'model,over,replicates,offset1,offset2,covariance1,covariance2,covariance3,covariance4,major,minor,angle,order',
    );
    expect(tables.variance.get(0)?.p).toBeGreaterThan(0);
    const without = await lastValueFrom(of(matches).pipe(embedUnits({ ...options, replicates: 0 })));
    expect([without.summaryIntervals, without.clouds, without.variance.get(0)?.p]).toEqual([
      undefined,
      undefined,
      null,
    ]);
    expect(without.points.toArray().map(String)).toEqual(tables.points.toArray().map(String));
  });

  it('drops the first concept only when asked to, and records it', async () => {
    const tables = await lastValueFrom(
      of(matches).pipe(embedUnits({ components: 1, clusters: 1, dropFirstConcept: true })),
    );
    expect(tables.loadings.toArray().map(({ concept }) => concept)).toEqual(['dog', 'sky']);
  });
});

describe(embedStudy, () => {
  const write = () => {
    writeFileSync(
      at('units.csv'),
      `model,unit,iou,concept,category\n${matches
        .toArray()
        .map(
          (row) =>
            `${row.model},${String(row.unit)},${String((row.iou as number | null) ?? '')},${row.concept},${row.category}`,
        )
        .join('\n')}\n`,
    );
    return embedStudy({ units: [at('units.csv')], out: at('out'), components: 2, clusters: 2, exclude: ['random'] });
  };

  it('writes a folder that can be read again, with a manifest of what it was made from', async () => {
    const { files } = await write();
    expect(readdirSync(at('out')).sort()).toEqual([...files].sort());
    const manifest = JSON.parse(readFileSync(at('out', 'manifest.json'), 'utf8')) as {
      inputs: unknown;
      options: unknown;
      tables: Record<string, string>;
    };
    expect(manifest.inputs).toEqual([
      { name: 'units.csv', role: 'units', sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) as string },
    ]);
    expect(manifest.options).toMatchObject({ preset: 'default', exclude: ['random'], gate: 0.04 });
    expect(manifest.tables['profiles.arrow']).toBe('ConceptProfile/1');
    const read = readEmbeddingFolder(at('out'));
    expect(read.points.toArray().map(({ model }) => model)).toEqual(['a', 'b', 'c']);
  });

  it('says which names only the embedding or only the scores have', async () => {
    await write();
    writeFileSync(at('scores.csv'), 'model,dt_Cars\na,1\nb,2\ncc,3\nrandom,4\n');
    const { record } = await embedStudy({
      units: [at('units.csv')],
      scores: [at('scores.csv')],
      out: at('related'),
      components: 2,
      clusters: 2,
      exclude: ['random'],
      permutations: 100,
    });
    expect(record.warnings.map(({ subject, text }) => `${subject}: ${text}`)).toEqual(
      expect.arrayContaining([
        'c: It has no scores, so the relations leave it out.',
        'cc: Its scores are not used, since no unit table has this model (the nearest name is "c").',
      ]),
    );
    expect(record.warnings.filter(({ text }) => text.includes('scores')).map(({ subject }) => subject)).toEqual([
      'c',
      'cc',
    ]);
  });

  it('reads tables as they are published, and says which of their columns are passed over', async () => {
    await write();
    writeFileSync(
      at('results-imagenet.csv'),
      'model,top1,top1_err,param_count\na,90,10,"1,014.45"\nb,80,20,5\nc,70,30,5\n',
    );
    const { tables, record } = await embedStudy({
      units: [at('units.csv')],
      scores: [at('results-imagenet.csv')],
      ...{ out: at('timm'), components: 2, clusters: 2, exclude: ['random'], permutations: 100 },
    });
    expect(tables.scores?.toArray().map(({ column, higherIsBetter }) => [column, higherIsBetter])).toEqual(
      Array.from({ length: 3 }, () => ['top1', true]),
    );
    const text = 'results-imagenet.csv: 2 columns that add no known score are passed over: top1_err, param_count.';
    expect(record.warnings).toContainEqual({ subject: 'scores', text });
    const related = await relateStudy({
      ...{ embedding: at('timm'), scores: [at('results-imagenet.csv')], out: at('again'), permutations: 100 },
    });
    expect(related.warnings).toContainEqual({ subject: 'scores', text });
  });

  it('is not stopped by scores of models that are not embedded, even where they stand twice', async () => {
    await write();
    writeFileSync(at('scores.csv'), 'model,dt_Cars\na,1\nb,2\nc,3\nrandom,4\nrandom,5\nother,1\nother,2\n');
    const { tables } = await embedStudy({
      units: [at('units.csv')],
      scores: [at('scores.csv')],
      out: at('related'),
      components: 2,
      clusters: 2,
      exclude: ['random'],
      permutations: 100,
    });
    expect(tables.scores?.toArray().map(({ model, score }) => [model, score])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['random', 4],
      ['other', 1],
    ]);
    await expect(
      relateStudy({ embedding: at('related'), scores: [at('scores.csv')], out: at('again'), permutations: 100 }),
    ).resolves.toMatchObject({ scores: { numRows: 5 } });
  });

  it('names the file of a model that cannot be used, whichever of several it is', async () => {
    const table = (name: string, model: string, iou: string) => {
      writeFileSync(
        at(name),
        `model,unit,iou,concept,category\n${model},0,${iou},sky,object\n${model},1,${iou},${model},object\n`,
      );
      return at(name);
    };
    const files = [table('1.csv', 'a', '0.5'), table('2.csv', 'b', '0.5'), table('3.csv', 'weak', '0.01')];
    await expect(embedStudy({ units: files, out: at('out'), components: 1, clusters: 1 })).rejects.toMatchObject({
      code: 'PROFILE_EMPTY',
      details: { file: at('3.csv'), models: ['weak'] },
      message: expect.stringContaining('3.csv: no unit of "weak"') as string,
    });
    await expect(embedStudy({ units: files.slice(0, 1), out: at('out') })).rejects.toMatchObject({
      code: 'TOO_FEW_MODELS',
      details: { file: at('1.csv') },
    });
    await embedStudy({ units: files.slice(0, 2), out: at('out'), components: 1, clusters: 1 });
    await expect(placeStudy({ embedding: at('out'), units: files.slice(2) })).rejects.toMatchObject({
      code: 'NO_MATCHES',
      details: { file: at('3.csv') },
    });
  });

  it('reads tables in the encoding that is named, and records it', async () => {
    const latin = (name: string, text: string) => {
      writeFileSync(at(name), Buffer.from(text, 'latin1'));
      return at(name);
    };
    const units = latin(
      'units.csv',
      'model,unit,iou,concept,category\nä,0,0.5,grün,object\nb,0,0.5,blau,object\nb,1,0.5,grün,object\n',
    );
    const { tables } = await embedStudy({
      units: [units],
      scores: [latin('scores.csv', 'model,dt_Cars\nä,1\nb,2\n')],
      encoding: 'latin-1',
      out: at('out'),
      components: 1,
      clusters: 1,
      permutations: 100,
    });
    expect(tables.points.toArray().map(({ model }) => model)).toEqual(['b', 'ä']);
    expect(tables.scores?.numRows).toBe(2);
    expect(JSON.parse(readFileSync(at('out', 'manifest.json'), 'utf8'))).toMatchObject({
      options: { encoding: 'latin-1' },
    });
    await expect(embedStudy({ units: [units], out: at('other') })).rejects.toThrow(/units\.csv, line 2/u);
  });

  it('writes names as they are, or for spreadsheets with an apostrophe where they look like formulas', async () => {
    writeFileSync(
      at('formulas.csv'),
      'model,unit,iou,concept,category\n=1+1,0,0.5,@sky,object\n-b,0,0.5,-dog,object\n-b,1,0.5,@sky,object\n',
    );
    const embed = (out: string, spreadsheetCsv?: boolean) =>
      embedStudy({
        units: [at('formulas.csv')],
        out: at(out),
        components: 1,
        clusters: 1,
        ...(spreadsheetCsv === undefined ? {} : { spreadsheetCsv }),
      });
    await embed('plain');
    await embed('sheets', true);
    const lines = (out: string, file: string) => readFileSync(at(out, file), 'utf8').split('\n');
    expect(lines('plain', 'profiles.csv')[1]).toBe('-b,-dog,object,1,0.5');
    expect(lines('sheets', 'profiles.csv')[1]).toBe("'-b,'-dog,object,1,0.5");
    expect(lines('sheets', 'embedding.csv').map((line) => line.replace(/^'/u, ''))).toEqual(
      lines('plain', 'embedding.csv'),
    );
    expect(readFileSync(at('sheets', 'profiles.arrow'))).toEqual(readFileSync(at('plain', 'profiles.arrow')));
    await placeStudy({ embedding: at('sheets'), units: [at('formulas.csv')], out: at('placed'), spreadsheetCsv: true });
    expect(lines('placed', 'placement.csv')[1]).toMatch(/^'-b,/u);
  });

  it('prints numbers that read back to the same float64', async () => {
    const { tables } = await write();
    const [, ...lines] = readFileSync(at('out', 'embedding.csv'), 'utf8').trimEnd().split('\n');
    const scores = lines.map((line) => line.split(',').slice(1, 3).map(Number));
    expect(scores).toEqual(tables.points.toArray().map(({ components }) => [...components]));
  });
});

describe(placeStudy, () => {
  it('matches at the gate where the embedding was fitted so', async () => {
    const place = async (compareGate: '>' | '>=') => {
      const { fit, points, summaries, embeddedProfiles } = await lastValueFrom(
        of(tinyUnitMatches({ a: [['sky', 'object', 0.3]], b: [['dog', 'object', 0.3]] })).pipe(
          embedUnits({ components: 1, clusters: 1, gate: 0.2, compareGate }),
        ),
      );
      expect(fit.schema.metadata.get('facts')?.includes('inclusive')).toBe(compareGate === '>=');
      const folder = at(compareGate === '>=' ? 'reaching' : 'exceeding');
      const record = { title: '', command: '', options: {}, inputs: [], warnings: [] };
      const tables = { fit, embedding: points, summaries, 'embedded-profiles': embeddedProfiles };
      writeTables(folder, tables, record);
      writeFileSync(at('edge.csv'), 'model,unit,iou,concept,category\nnew,0,0.2,sky,object\n');
      return placeStudy({ embedding: folder, units: [at('edge.csv')] });
    };
    expect((await place('>=')).toArray().map(({ model }) => model)).toEqual(['new']);
    await expect(place('>')).rejects.toMatchObject({ code: 'NO_MATCHES' });
  });
});
