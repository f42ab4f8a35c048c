// Adds a step of one's own to the graph of a study: npx tsx tools/examples/own-step.ts STUDY.yaml OUT
//
// Here how many units of each layer have no concept with an IoU above 0.3, made of the matches that are stored.
import path from 'node:path';
import { readStudyFile, runStudy, type OwnSteps, type StudyBench } from '@intermodel/pipelines';
import { fileStore, jsonPart, makeAlone, readJsonPart, StepFamily } from '@intermodel/steps';
import { column, readArrowBytes, readNumbers } from '@intermodel/streams';
import { lastValueFrom } from 'rxjs';

const vague = makeAlone<StudyBench>(async (_, inputs) => {
  const { batches } = readArrowBytes(await inputs.read('matches', 'matches'), 'matches');
  const ious = batches.flatMap((batch) => [...readNumbers(column(batch, 'iou'))]);
  return { vague: jsonPart(ious.filter((iou) => !(iou > 0.3)).length) };
});

const steps: OwnSteps = (_, graph) =>
  graph.of('matches').map(
    (matches) =>
      new StepFamily({
        kind: 'vague-units',
        codeVersion: 'mine/1',
        model: matches.model,
        subject: matches.only.subject,
        from: { matches: { by: 'one', family: matches } },
        options: {},
        parts: { vague: 'json' },
        isResult: true,
        maker: vague,
      }),
  );

const [file = 'study.yaml', out = 'study'] = process.argv.slice(2);
await lastValueFrom(runStudy(readStudyFile(file), { out, steps }));
const store = fileStore(path.join(out, '.store'));
for (const { key, record } of await store.list())
  if (record?.step === 'vague-units')
    console.log(
      `${record.subject}: ${String(readJsonPart((await store.read(key, 'vague')) as Uint8Array))} vague units`,
    );
