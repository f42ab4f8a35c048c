import { existsSync } from 'node:fs';
import path from 'node:path';
import { explainDifference, hashJson, programVersion } from '@intermodel/steps';
import { InputError, readInputFile, writeFileAtomically } from '@intermodel/streams';
import { formatStudy, type Study } from '@intermodel/studies';
import { dissectionCode } from '../graph/dissection-steps.ts';

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
    code: dissectionCode,
  };
  return { hash: hashJson(content), content };
}

/**
 * Leaves in a store what a study is, so that others can be told in what theirs differs.
 *
 * @throws MachineError `WRITE_FAILED`.
 */
export function rememberStudy(store: string, { hash, content }: StudyIdentity): void {
  const file = identityFile(store, hash);
  if (!existsSync(file)) writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
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

function recall(file: string): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const content: unknown = JSON.parse(readInputFile(file).toString());
    return typeof content === 'object' && content !== null ? { ...content } : undefined;
  } catch {
    return undefined; // What cannot be read tells nothing more than the hash.
  }
}

function differences(meant: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>): string {
  const as = (options: Readonly<Record<string, unknown>>) => ({ step: '', codeVersion: '', inputs: {}, options });
  const all = explainDifference(as(meant), as(own));
  const told = all
    .slice(0, differencesTold)
    .map(({ name, before = 'nothing', after = 'nothing' }) => `${name} is ${after} here, and was to be ${before}`);
  const more = all.length - told.length;
  return [...told, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; ');
}
