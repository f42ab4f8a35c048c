/**
 * Draws a small world, and tells how many units of three of its networks match a concept.
 *
 *     npx tsx tools/examples/small-world.ts OUT
 */
import path from 'node:path';
import { prepareWorld, readStudyFile, runStudy, summariseRun } from '@intermodel/pipelines';
import { filter, lastValueFrom } from 'rxjs';

const [folder = 'small-world'] = process.argv.slice(2);
const models = ['objects', 'planted', 'untrained'];
const { study, out } = await prepareWorld(path.resolve(folder), { images: 100, models });
const run = await lastValueFrom(
  // The study as it was written, without its tasks.
  runStudy(readStudyFile(study, { set: ['tasks='] }), { out }).pipe(filter((event) => event.kind === 'tables')),
);
for (const { model, layers } of summariseRun(run).models)
  for (const { detected, units } of layers) console.log(`${model}: ${String(detected)} of ${String(units)} units`);
