import { InputError } from '@intermodel/errors';
import { attemptFamily, isComplete, type Attempt } from './attempt.ts';
import { isContradicted } from './family-signs.ts';
import type { Family } from './family.ts';
import { isOfItsForm } from './is-of-its-form.ts';
import { isUsualPlace, type Places } from './places.ts';
import type { RecogniseOptions } from './recognise-options.ts';
import { sizeInWords } from './size-in-words.ts';

/**
 * Finds the networks that lie in a file beside one: each as the first family that fits it, those first that are a form.
 * None where the user named the dictionary.
 */
export function networksBeside(
  { family, dictionary }: Attempt,
  places: Places,
  families: readonly Family[],
  { take, strip }: RecogniseOptions,
): readonly Attempt[] {
  if (take !== undefined) return [];
  const general = families.filter((each) => each.general === true);
  const candidates = [...new Set([family, ...general, ...families])];
  return places.of({}).flatMap((other) => {
    if (isWithin(other.path, dictionary.path) || isWithin(dictionary.path, other.path)) return [];
    for (const candidate of candidates) {
      if (isContradicted(candidate, { dictionary: other, strip })) continue;
      const attempt = attemptFamily(candidate, other, { strip });
      if (isComplete(attempt) && isOfItsForm(attempt)) return [attempt];
    }
    return [];
  });
}

/** Whether a path is another, or below it. */
function isWithin(path: string, other: string): boolean {
  return other === '' || path === other || path.startsWith(`${other}.`);
}

/**
 * Says that one of several networks was taken.
 *
 * @throws InputError `CHECKPOINT_TAKE_UNCERTAIN` where it does not lie where weights are usually kept.
 */
export function sayWhichWasTaken(taken: Attempt, beside: readonly Attempt[], file: string): readonly string[] {
  if (beside.length === 0) return [];
  const { path } = taken.dictionary;
  if (!isUsualPlace(path, taken.family)) throw severalNetworks(file, [taken, ...beside]);
  const others = beside.map(describe).join(', ');
  return [
    `Several dictionaries of the file hold a network; that of \`${path}\` was taken, and not ${others}: name another with \`models[].take\`.`,
  ];
}

/** Nothing tells which of several networks is meant. */
export function severalNetworks(file: string, networks: readonly Attempt[]): InputError {
  const sorted = networks.toSorted((a, b) => (a.dictionary.path < b.dictionary.path ? -1 : 1));
  const paths = [...new Set(sorted.map(({ dictionary }) => dictionary.path))];
  return new InputError(
    'CHECKPOINT_TAKE_UNCERTAIN',
    `holds ${String(paths.length)} networks, and nothing tells which is meant: ${sorted.map(describe).join(', ')}`,
    {
      file,
      expected: 'the path of one dictionary of weights',
      hint: `Name it (\`models[].take\`): one of ${paths.join(', ')}.`,
    },
  );
}

function describe(network: Attempt): string {
  const { dictionary, family } = network;
  return `\`${dictionary.path}\` (as ${family.title}: ${sizeInWords(network)})`;
}
