// Has the steps of a study made by other processes: npx tsx tools/examples/own-executor.ts STUDY.yaml OUT
//
// Each process needs nothing but the study, its files, the store and the keys of the steps that it is to make.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { makeSteps, readStudyFile, runStudy, type StudyBench } from '@intermodel/pipelines';
import { fileStore, stepBatches, type GraphStep, type StepExecutor } from '@intermodel/steps';
import { lastValueFrom } from 'rxjs';

const [script = '', file = 'study.yaml', out = 'study', ...keys] = process.argv.slice(1);
const store = fileStore(path.join(out, '.store'));

async function makeElsewhere(steps: readonly GraphStep[]): Promise<void> {
  const argv = [...process.execArgv, script, file, out, ...steps.map(({ key }) => key)];
  const [code] = (await once(spawn(process.execPath, argv, { stdio: 'inherit' }), 'exit')) as [number];
  if (code !== 0) throw new Error(`a process that makes ${steps[0]?.step ?? ''} ended with ${String(code)}`);
  console.log(`${String(steps.length)} steps such as ${steps[0]?.step ?? ''} made elsewhere`);
}

const executor: StepExecutor<StudyBench> = {
  async run(plan, { bench, onFamily }) {
    for (const { families, steps, maker, isOutside } of stepBatches(plan)) {
      if (steps.length > 0) await (isOutside ? maker.make(steps, bench) : makeElsewhere(steps));
      for (const family of families) await onFamily(family);
    }
  },
};

const study = readStudyFile(file);
if (keys.length > 0) await lastValueFrom(makeSteps(study, keys, { store }), { defaultValue: undefined });
else await lastValueFrom(runStudy(study, { out, store, executor }));
