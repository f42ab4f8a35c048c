// Runs a study from a script: npx tsx tools/examples/run-study.ts study.yaml study
import { readStudyFile, runStudy } from '@intermodel/pipelines';

const [file, out] = process.argv.slice(2);
if (file === undefined || out === undefined) throw new Error('usage: run-study.ts STUDY OUT');

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});

runStudy(readStudyFile(file), { out, signal: stop.signal }).subscribe({
  next: (event) => {
    switch (event.kind) {
      case 'step-done':
        console.error(`${event.step} ${event.subject}: ${(event.milliseconds / 1000).toFixed(1)} s`);
        break;
      case 'model':
        for (const { layer, summary } of event.layers)
          console.log(
            `${event.model.name} ${layer}: ${String(summary.detected)} of ${String(summary.units)} units match a concept`,
          );
        break;
      case 'tables':
        console.log(
          event.tables.points
            ?.toArray()
            .map(({ model, cluster }) => `${model} is in category ${String(cluster)}`)
            .join('\n') ?? 'a single model makes no embedding',
        );
    }
  },
  error: (error: unknown) => {
    console.error(stop.signal.aborted ? 'stopped; run again to go on' : error);
    process.exitCode = 1;
  },
});
