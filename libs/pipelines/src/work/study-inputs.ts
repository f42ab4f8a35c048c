import type { ManifestInput } from '@intermodel/outputs';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import { openedInputs } from '../graph/opened-inputs.ts';
import { inspectStudy, type StudyPlace } from '../upkeep/inspect-study.ts';

/** Names of inputs that a message lists. */
const inputsTold = 5;

/** Facts about all that a study reads, for those who are to work on it elsewhere. */
export async function hashStudyInputs(study: Study, place: StudyPlace): Promise<readonly ManifestInput[]> {
  const { signal } = place;
  const { opened, store } = await inspectStudy(study, place);
  return opened === undefined ? [] : openedInputs(opened, store.hashes, signal);
}

/**
 * Checks that a study reads here what it read where its tasks were handed out.
 *
 * @param file study file
 * @param meant what it read there
 * @param own what it reads here
 * @throws InputError `INPUT_DIFFERS`, with names and hashes.
 */
export function compareInputs(file: string, meant: readonly ManifestInput[], own: readonly ManifestInput[]): void {
  const nameOf = ({ role, name }: ManifestInput) => `${role} ${name}`;
  const known = new Map(own.map((input) => [nameOf(input), input.sha256]));
  const differing = meant.filter((input) => known.get(nameOf(input)) !== input.sha256);
  if (differing.length === 0 && meant.length === own.length) return;
  const told = differing.slice(0, inputsTold).map((input) => {
    const here = known.get(nameOf(input));
    return `${nameOf(input)} (${here === undefined ? 'not here' : `SHA-256 ${here} here`}, ${input.sha256} where it was handed out)`;
  });
  const more = differing.length - told.length;
  const names = new Set(meant.map(nameOf));
  const further = own.filter((input) => !names.has(nameOf(input))).map((input) => `${nameOf(input)} (only here)`);
  throw new InputError(
    'INPUT_DIFFERS',
    `files of the study differ from those that it was handed out with: ${[
      ...told,
      ...(more > 0 ? [`${String(more)} more`] : []),
      ...further.slice(0, inputsTold),
    ].join('; ')}`,
    {
      file,
      expected: 'the same images, labels and models on all machines',
      hint: 'Bring the files of this machine up to date; or hand the study out again from what they are now.',
    },
  );
}
