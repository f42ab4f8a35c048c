import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { PlacedMutant } from './mutant.ts';
import { allMutants, root } from './mutants.ts';
import { Workspace } from './workspace.ts';

/** Share of the mutants that must be killed. */
const wanted = 0.9;

const help = `Breaks sources one fault at a time, and runs the specs of the library that the fault is in: at least ${String(100 * wanted)} % must be noticed.

  --only NAME    only mutants whose LIBRARY/NAME contains this; may be given several times
  --list         list the mutants and where they stand
  --parallel N   mutants at a time (default: processors, at most 2)
  --help

Sources are broken in a temporary copy of the library; the worktree stays as it is.
Example: npm run mutants -- --only numerics/ --only spearman`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean' },
    parallel: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    help: { type: 'boolean' },
  },
});
const nameOf = ({ library, name }: PlacedMutant) => `${library}/${name}`;
const chosen =
  values.help === true
    ? []
    : allMutants().filter(
        (mutant) => values.only.length === 0 || values.only.some((part) => nameOf(mutant).includes(part)),
      );
const lanes = Number(values.parallel);
if (values.help === true) console.log(help);
else if (!(Number.isInteger(lanes) && lanes >= 1)) {
  console.error(`--parallel takes a whole number from 1 on, got ${values.parallel}`);
  process.exitCode = 2;
} else if (chosen.length === 0) {
  console.error(`no mutant is called ${values.only.join(' or ')}`);
  process.exitCode = 2;
} else if (values.list === true) {
  for (const mutant of chosen)
    console.log(
      `${nameOf(mutant)}\n  libs/${mutant.library}/${mutant.place}\n  - ${mutant.find}\n  + ${mutant.replace}`,
    );
} else await tryAll();

async function tryAll(): Promise<void> {
  const workspaces: Workspace[] = [];
  const removeAll = () => {
    for (const workspace of workspaces) workspace.remove();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      removeAll();
      process.exit(130);
    });
  let killed = 0;
  try {
    const waiting = [...chosen];
    const checked = new Map<string, Promise<void>>();
    const lane = async () => {
      const own = new Map<string, Workspace>();
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const { library } = mutant;
        let workspace = own.get(library);
        if (workspace === undefined) {
          own.set(library, (workspace = new Workspace(root, library)));
          workspaces.push(workspace);
        }
        // Specs that fail as it is would seem to kill everything.
        const check = checked.get(library) ?? checkSpecs(library, workspace);
        checked.set(library, check);
        await check;
        const { failed, seconds } = await workspace.try(mutant);
        if (failed !== undefined) killed++;
        console.log(
          `${failed === undefined ? 'SURVIVED' : 'killed  '} ${seconds.toFixed(1).padStart(5)} s  ${nameOf(mutant)}${failed === undefined ? '' : `  by ${failed}`}`,
        );
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return;
  } finally {
    removeAll();
  }
  const share = killed / chosen.length;
  console.log(`${String(killed)} of ${String(chosen.length)} mutants killed, ${(100 * share).toFixed(1)} %`);
  if (share < wanted) process.exitCode = 1;
}

async function checkSpecs(library: string, workspace: Workspace): Promise<void> {
  const { failed, seconds } = await workspace.runSpecs();
  if (failed !== undefined) throw new Error(`the specs of ${library} fail without any mutant: ${failed}`);
  console.log(`the specs of ${library} pass as they are, ${seconds.toFixed(1)} s`);
}
