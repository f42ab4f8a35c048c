import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { embeddingPointSchema, fittedEmbeddingFacts, type FittedEmbeddingFacts } from '@intermodel/schemas';
import { buildBatch, InputError, readArrowFile, readLists, readNumbers, writeArrowFile } from '@intermodel/streams';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import {
  makeVector,
  RecordBatch,
  Schema,
  Table,
  tableToIPC,
  Utf8View,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEmbeddingFolder } from './embedding-folder.ts';
import { embedMatches } from './fixtures/small-embedding.ts';
import { writeStudy } from './write-study.ts';

const unit = (concept: string): TinyUnit => [concept, 'object', 0.5];

let folder = '';
const at = (...parts: string[]) => path.join(folder, ...parts);
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'embedding-'));
  const tables = await embedMatches(
    tinyUnitMatches({ a: [unit('sky')], b: [unit('dog'), unit('sky')], c: [unit('cat')] }),
  );
  const record = { title: 'Small', command: 'none', options: {}, inputs: [], warnings: [] };
  await writeStudy(at('good'), tables, record, { formats: [] });
  cpSync(at('good'), at('bent'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Reads the embedding once one of its tables is another one. */
function readWith(name: string, bytes: Uint8Array): unknown {
  writeFileSync(at('bent', name), bytes);
  try {
    return readEmbeddingFolder(at('bent'));
  } catch (error) {
    return error;
  } finally {
    cpSync(at('good', name), at('bent', name));
  }
}

const tables = ['fit.arrow', 'embedding.arrow', 'summaries.arrow', 'embedded-profiles.arrow'] as const;

describe(readEmbeddingFolder, () => {
  it.each(tables)('refuses any change of a bit in %s, naming the file', (name) => {
    const whole = readFileSync(at('good', name));
    for (let byte = 0; byte < whole.length; byte += 29) {
      const flipped = Buffer.from(whole);
      flipped[byte] = (flipped[byte] as number) ^ (1 << (byte % 8));
      const error = readWith(name, flipped);
      expect(error, String(byte)).toBeInstanceOf(InputError);
      expect((error as InputError).details.file).toBe(at('bent', name));
    }
  });

  const foreign = () =>
    tableToIPC(
      new Table({ model: vectorFromArray(['a', 'b'], new Utf8View()), components: makeVector(new Float64Array(2)) }),
      'file',
    );
  it.each(tables)('refuses a foreign table as %s, naming the file', (name) => {
    expect(readWith(name, foreign())).toMatchObject({ code: 'EMBEDDING_BROKEN', details: { file: at('bent', name) } });
    expect(readWith(name, Buffer.from('model,pc1\n'))).toMatchObject({
      code: 'ARROW_BROKEN',
      details: { file: at('bent', name) },
    });
    expect(readWith(name, Buffer.from(readFileSync(at('good', 'variance.arrow'))))).toMatchObject({
      code: 'EMBEDDING_BROKEN',
      details: { file: at('bent', name) },
    });
  });

  const fitOf = (change: (facts: FittedEmbeddingFacts) => unknown) => {
    const { schema, batches } = readArrowFile(at('good', 'fit.arrow'));
    const facts = change(fittedEmbeddingFacts(schema) as FittedEmbeddingFacts);
    const other = new Schema(
      schema.fields,
      new Map([...schema.metadata, ['facts', typeof facts === 'string' ? facts : JSON.stringify(facts)]]),
    );
    writeArrowFile(at('fit.arrow'), other, [new RecordBatch(other, (batches[0] as RecordBatch).data)]);
    return readFileSync(at('fit.arrow'));
  };
  it.each<[string, (facts: FittedEmbeddingFacts) => unknown]>([
    ['are no JSON', () => '{"variance": ['],
    ['are a list', () => []],
    ['lack models', ({ models: _, ...facts }) => facts],
    ['name a category that no model can have', (facts) => ({ ...facts, clusters: facts.clusters.map(() => 1e9) })],
    ['have a model twice', (facts) => ({ ...facts, models: facts.models.map(() => 'a') })],
    ['have other components than the columns', (facts) => ({ ...facts, variance: [1], ratio: [1] })],
    ['have a gate that is no number', (facts) => ({ ...facts, gate: '0.04' })],
  ])('refuses a fit whose facts %s', (_case, change) => {
    expect(readWith('fit.arrow', fitOf(change))).toMatchObject({ code: 'EMBEDDING_BROKEN' });
  });

  it('refuses points that are no numbers, and categories that the fit does not have', () => {
    const {
      batches: [batch],
    } = readArrowFile(at('good', 'embedding.arrow'));
    const bent = (change: (row: { components: Float64Array; cluster: Int32Array }) => void) => {
      const copy = {
        components: Float64Array.from(readLists((batch as RecordBatch).getChildAt(1) as Vector)),
        cluster: Int32Array.from(readNumbers((batch as RecordBatch).getChildAt(2) as Vector)),
      };
      change(copy);
      const schema = embeddingPointSchema(2);
      writeArrowFile(at('points.arrow'), schema, [buildBatch(schema, { model: ['a', 'b', 'c'], ...copy })]);
      return readFileSync(at('points.arrow'));
    };
    expect(
      readWith(
        'embedding.arrow',
        bent(({ components }) => (components[1] = Number.NaN)),
      ),
    ).toMatchObject({ code: 'EMBEDDING_BROKEN', message: expect.stringContaining('"components"') as string });
    expect(
      readWith(
        'embedding.arrow',
        bent(({ cluster }) => (cluster[0] = 7)),
      ),
    ).toMatchObject({ code: 'EMBEDDING_BROKEN', message: expect.stringContaining('category') as string });
  });
});
