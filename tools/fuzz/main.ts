import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, fuzzKinds, type Verdict } from './fuzz.ts';

const help = `Gives the built command bent inputs and judges what it does: exit code, stack trace, signal, time, memory, files left.

  --count N      inputs (default: 1000)
  --seed N       seed of all chance (default: 0)
  --input N      only this input, as a report names it
  --kind NAME    only this kind; may be given several times: ${fuzzKinds.map(({ name }) => name).join(', ')}
  --keep DIR     keep inputs with faults there
  --parallel N   inputs at a time (default: processors)
  --verbose      a line for each input

Example: npm run fuzz -- --count 100 --kind units-arrow --keep faults`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
    input: { type: 'string' },
    kind: { type: 'string', multiple: true },
    keep: { type: 'string' },
    parallel: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(help);
  process.exit(0);
}
const unknown = (values.kind ?? []).filter((kind) => !fuzzKinds.some(({ name }) => name === kind));
if (unknown.length > 0) {
  console.error(`no kind is called ${unknown.join(', ')}\n${help}`);
  process.exit(2);
}
const verdicts: Verdict[] = [];
const { seed, keep } = values;
await fuzz({
  command: path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js'),
  inputs:
    values.input === undefined
      ? Array.from({ length: Number(values.count) }, (_, input) => input)
      : [Number(values.input)],
  seed: Number(seed),
  ...(values.kind === undefined ? {} : { kinds: fuzzKinds.filter(({ name }) => values.kind?.includes(name)) }),
  ...(keep === undefined ? {} : { keep: path.resolve(keep) }),
  parallel: Number(values.parallel ?? availableParallelism()),
  onVerdict: (verdict) => {
    verdicts.push(verdict);
    const { input, kind, case: bent, run, faults } = verdict;
    if (values.verbose === true)
      console.log(
        `${String(input)} ${kind} exit ${String(run.code)} ${run.seconds.toFixed(1)} s ${run.megabytes.toFixed(0)} MB: ${bent.bent}: ${bent.how.slice(0, 100)}`,
      );
    for (const { fault, seen } of faults)
      console.log(
        `FAULT input ${String(input)} (${kind}, ${bent.bent}: ${bent.how.slice(0, 160)})\n  intermodel ${bent.argv.join(' ')}\n  ${fault}: ${seen.trimEnd().replaceAll('\n', '\n    ')}`,
      );
  },
});
const most = (name: 'seconds' | 'megabytes') => Math.max(0, ...verdicts.map(({ run }) => run[name]));
const codes = [0, 1, 2].map(
  (code) => `${String(verdicts.filter(({ run }) => run.code === code).length)} exit ${String(code)}`,
);
const faulty = verdicts.filter(({ faults }) => faults.length > 0).length;
console.log(
  `${String(verdicts.length)} inputs of seed ${seed}: ${codes.join(', ')}; at most ${most('seconds').toFixed(1)} s and ${most('megabytes').toFixed(0)} MB; ${String(faulty)} with faults`,
);
process.exitCode = faulty > 0 ? 1 : 0;
