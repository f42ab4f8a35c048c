import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ManifestInput } from '@intermodel/outputs';
import { explainDifference, hashJson, programVersion } from '@intermodel/steps';
import { InputError, readInputFile, writeFileAtomically } from '@intermodel/streams';
import { formatStudy, type Study } from '@intermodel/studies';
import { dissectionCode } from '../graph/dissection-steps.ts';
import { probeCode } from '../probing/probe-steps.ts';

/** Folder of what studies were when others were told to work on them, within that of the store. */
const studiesFolder = 'studies';

/** How many differences a refusal lists. */
const differencesTold = 5;

/** What a study is, as all who work on it have to agree. */
export interface StudyIdentity {
  /** SHA-256 of `content`, hexadecimal. */
  readonly hash: string;
  /**
   * All choices of the study, with the versions of the program and of what makes its steps: the same on every machine,
   * wherever the study lies there. What its images, labels and models hold is not part of it: that enters the keys of
   * tasks.
   */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Tells what a study is: by this hash those who hand out its tasks and those who make them know it. */
export function identifyStudy(study: Study): StudyIdentity {
  const { imagesPerShard } = study.runtime;
  const content = {
    ...formatStudy(study),
    runtime: { imagesPerShard },
    program: programVersion,
    code: { ...dissectionCode, ...probeCode },
  };
  return { hash: hashJson(content), content };
}

/**
 * Leaves in a store what a study is, and what it reads, so that others can be told in what theirs differs.
 *
 * @param store folder of the store
 * @param identity what the study is
 * @param inputs what it reads now, by its content
 * @throws MachineError `WRITE_FAILED`.
 */
export function rememberStudy(store: string, identity: StudyIdentity, inputs: readonly ManifestInput[] = []): void {
  const { hash, content } = identity;
  const file = identityFile(store, hash);
  if (!existsSync(file)) writeFileAtomically(file, jsonText(content));
  writeFileAtomically(inputsFile(store, hash), jsonText(inputs));
}

/** What a study read when it was last remembered; empty: that is not known. */
export function rememberedInputs(store: string, hash: string): readonly ManifestInput[] {
  const inputs = recall(inputsFile(store, hash));
  return Array.isArray(inputs) ? (inputs as readonly ManifestInput[]) : [];
}

/**
 * Checks that a study is the one that was meant, and the program the one that it was meant for.
 *
 * @param study study as it is here
 * @param expected hash of {@link identifyStudy}
 * @param store folder of the store, where {@link rememberStudy} may have left what was meant
 * @throws InputError `STUDY_DIFFERS`, with what differs as far as that is known.
 */
export function expectStudy(study: Study, expected: string, store?: string): void {
  const own = identifyStudy(study);
  if (own.hash === expected) return;
  const meant = store === undefined ? undefined : recall(identityFile(store, expected));
  throw new InputError(
    'STUDY_DIFFERS',
    meant === undefined
      ? `this is not the study that was meant: its hash is ${own.hash}, not ${expected}`
      : `this is not the study that was meant: ${differences(meant, own.content)}`,
    {
      ...(study.file === undefined ? {} : { file: study.file }),
      expected: 'the same study, under the same version of the program, as where its tasks were handed out',
      hint: 'Bring study file and program on this machine up to date, or hand the tasks out again from what it is now.',
    },
  );
}

function identityFile(store: string, hash: string): string {
  return path.join(store, studiesFolder, `${path.basename(hash)}.json`);
}

function inputsFile(store: string, hash: string): string {
  return identityFile(store, hash).replace(/\.json$/u, '.inputs.json');
}

function jsonText(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function recall(file: string): object | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const content: unknown = JSON.parse(readInputFile(file).toString());
    return typeof content === 'object' && content !== null ? content : undefined;
  } catch {
    return undefined; // What cannot be read tells nothing more than the hash.
  }
}

function differences(meant: object, own: object): string {
  const as = (options: object) => ({ step: '', codeVersion: '', inputs: {}, options });
  const all = explainDifference(as(meant), as(own));
  const told = all
    .slice(0, differencesTold)
    .map(({ name, before = 'nothing', after = 'nothing' }) => `${name} is ${after} here, and was to be ${before}`);
  const more = all.length - told.length;
  return [...told, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; ');
}
