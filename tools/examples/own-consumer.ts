// Makes something of one's own in the pass of a study: npx tsx tools/examples/own-consumer.ts STUDY.yaml OUT
//
// Here the mean activation of each layer. What is made of a shard of images is stored: a second run runs no model.
import { readStudyFile, runStudy, type StudyConsumer } from '@intermodel/pipelines';
import { wireSchema, type ActivationBatch } from '@intermodel/schemas';
import { buildBatch, column, readLists, readNumbers } from '@intermodel/streams';
import { Float64 } from 'apache-arrow';
import { concatMap, lastValueFrom, map, reduce } from 'rxjs';

const schema = wireSchema('ActivationSum', 1, { sum: new Float64(), count: new Float64() });
type Sum = readonly [sum: number, count: number];

const means: StudyConsumer = {
  identity: 'mean-activations/1',
  stage: () => (shards) =>
    shards.pipe(
      concatMap((shard) => shard.pipe(reduce(add, [0, 0]))),
      map(([sum, count]) => buildBatch(schema, { sum: [sum], count: [count] })),
    ),
  conclude: async ({ model, layer }, tables) => {
    const total = (name: string) =>
      lastValueFrom(tables.pipe(reduce((all, table) => all + (readNumbers(column(table, name))[0] ?? 0), 0)));
    const [sum, count] = [await total('sum'), await total('count')];
    console.log(`${model} ${layer}: mean activation ${(sum / count).toFixed(4)}`);
  },
};

/** Adds the activations of a batch. */
function add([sum, count]: Sum, batch: ActivationBatch): Sum {
  const values = readLists(column(batch, 'activations'));
  return [values.reduce((all, value) => all + value, sum), count + values.length];
}

const [file = 'study.yaml', out = 'study'] = process.argv.slice(2);
await lastValueFrom(runStudy(readStudyFile(file), { out, consumers: [means] }));
