import {
  parseNuisance,
  prepareWorld,
  readStudyFile,
  worldLayouts,
  writeWorld,
  type PrepareWorldOptions,
} from '@intermodel/pipelines';
import { InputError, suggestName } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand, type Given } from '../command.ts';
import { dissectionProgress } from '../dissection-progress.ts';
import { printResult, type TerminalOptions } from '../output.ts';
import { runToEnd } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';

interface WorldCommandOptions {
  readonly out: string;
  readonly images?: number;
  readonly seed?: number;
  readonly nuisances?: readonly string[];
  readonly layouts?: readonly string[];
  readonly models?: readonly string[];
  readonly run?: boolean;
}

/** `intermodel world`: scenes of which everything is known, and a whole study of them. */
export function worldCommand(): Command {
  return makeCommand<WorldCommandOptions>({
    name: 'world',
    description:
      'Draw scenes with exact labels of objects, parts, materials and colours, boxes, normals and depths; with --run, dissect small networks over them, score them on five tasks, relate the two and write the report: a whole study from pixels, without a download.',
    required: ['--out'],
    notes: `The folder holds images/, labels/ and labels.csv, normals/, depth/, classes/ (CSV of places, things, colours), annotations/ (COCO) and broden/.
With --run it holds scenes/, more-scenes/ (for boxes and normals), models/, study.yaml and study/, whose report.html to open; run again, nothing is computed twice.`,
    examples: [
      'world --images 2000 --out scenes',
      'world --run --out world',
      'world --run --images 400 --models objects,simclr,rotation,untrained --out small',
      'world --nuisance animal@field --nuisance car=red --layout coco --out planted',
    ],
    run: async (given) => {
      const { own } = given;
      checkOptions(own);
      if (own.run === true) await runWorld(given);
      else await drawWorld(given);
    },
  });
}

/** Options that belong to one of the two ways of calling it, with the way. */
const onlyWith = { models: true, layouts: false } as const;

/** Draws the world alone. */
async function drawWorld({ own, terminal }: Given<WorldCommandOptions>): Promise<void> {
  const { layouts = worldLayouts, ...options } = own;
  const isNew = await drawing(terminal, (told) =>
    writeWorld(own.out, {
      ...chosenWorld(options),
      ...told,
      layouts: layouts.map((name) => oneOf('layouts', name, worldLayouts)),
    }),
  );
  printResult(terminal, { out: own.out, drawn: isNew }, () =>
    isNew ? `the world is in ${own.out}` : `the world in ${own.out} is the same already`,
  );
}

/** Draws the world and runs the study of it. */
async function runWorld(given: Given<WorldCommandOptions>): Promise<void> {
  const { own, terminal } = given;
  const models = own.models?.flatMap((names) => names.split(',').map((name) => name.trim()));
  const { study, out } = await drawing(terminal, (told) =>
    prepareWorld(own.out, { ...chosenWorld(own), ...told, ...(models === undefined ? {} : { models }) }),
  );
  await runToEnd(readStudyFile(study), { ...given, own: { out } });
}

/** What is drawn, of the options that were given. */
function chosenWorld({ images, seed, nuisances }: Omit<WorldCommandOptions, 'layouts'>): PrepareWorldOptions {
  return {
    ...(images === undefined ? {} : { images }),
    ...(seed === undefined ? {} : { seed }),
    ...(nuisances === undefined ? {} : { nuisances: nuisances.map(parseNuisance) }),
  };
}

/** Draws with progress, and stops cleanly. */
async function drawing<Result>(
  terminal: TerminalOptions,
  draw: (told: Required<Pick<PrepareWorldOptions, 'onImage' | 'signal'>>) => Promise<Result>,
): Promise<Result> {
  const { onEvent, done } = dissectionProgress(terminal);
  const onImage = (drawn: number, total: number) => {
    onEvent({ kind: 'progress', models: [], step: 'drawing scenes', done: drawn, total });
  };
  const result = await stoppable((signal) => draw({ onImage, signal }), 'stopped; a world appears whole or not at all');
  done();
  return result;
}

/** Refuses options that do nothing. */
function checkOptions(own: WorldCommandOptions): void {
  for (const [name, isForRuns] of Object.entries(onlyWith) as (readonly [keyof typeof onlyWith, boolean])[]) {
    if (own[name] === undefined || (own.run === true) === isForRuns) continue;
    throw new InputError('OPTION_UNUSED', `\`${name}\` does nothing here`, {
      expected: isForRuns ? 'it beside --run, which runs models' : 'it without --run, which needs certain layouts',
      hint: isForRuns ? 'Add --run, or leave it out.' : 'Leave one of them out.',
    });
  }
}

function oneOf<Name extends string>(option: string, name: string, names: readonly Name[]): Name {
  const found = names.find((each) => each === name);
  if (found !== undefined) return found;
  throw new InputError('OPTION_VALUE', `\`${option}: ${name}\` is not known`, {
    expected: names.join(', '),
    hint: suggestName(name, names),
  });
}
