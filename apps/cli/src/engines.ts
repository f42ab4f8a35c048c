import {
  filesEngine,
  queueEngine,
  slurmEngine,
  type Engine,
  type FilesEngineOptions,
  type QueueEngineOptions,
  type SlurmOptions,
} from '@intermodel/distribution';
import { InputError } from '@intermodel/streams';

/** Options of each engine, under its name: an engine takes none of another. */
export interface EngineOptions {
  /** A Slurm cluster. */
  readonly slurm?: SlurmOptions;
  /** A BullMQ queue. */
  readonly bullmq?: QueueEngineOptions;
  /** Lists of commands. */
  readonly files?: FilesEngineOptions;
}

/** Makes each engine of what was given for it: a new engine is one line here, and its options in `submit-options.ts`. */
const makers: { readonly [Name in keyof EngineOptions]-?: (given: NonNullable<EngineOptions[Name]>) => Engine } = {
  slurm: slurmEngine,
  bullmq: queueEngine,
  files: (given) => filesEngine({ ...given, jobs: required(given.jobs, 'files', 'files.jobs') }),
};

/** An engine, as `--engine` names it. */
export type EngineName = keyof EngineOptions;

/** The engine of a name. @throws InputError `ENGINE_OPTION` for what another engine takes, or this one lacks. */
export function engineOf(name: EngineName, options: EngineOptions): Engine {
  const others = new Set(Object.keys(makers));
  others.delete(name);
  for (const [other, given] of Object.entries(options) as [string, object][])
    for (const option of others.has(other) ? Object.keys(given) : [])
      throw new InputError('ENGINE_OPTION', `\`${other}.${option}\` is an option of the engine ${other}`, {
        expected: `options of the engine ${name}`,
        hint: `Leave it out, or give \`engine: ${other}\`.`,
      });
  const make = makers[name] as (given: object) => Engine;
  return make(options[name] ?? {});
}

/** Whether an engine of this name is known here. */
export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(makers, name);
}

function required(value: string | undefined, engine: EngineName, path: string): string {
  if (value !== undefined) return value;
  throw new InputError('ENGINE_OPTION', `the engine ${engine} lacks \`${path}\``, { hint: `Give \`${path}\`.` });
}
