import { compareNames } from '../tables/name-order.ts';

/** What is chosen in a universe. */
export type ChosenValue = string | number | boolean;

/** Titles of choices, and words for what is chosen where that does not speak for itself. */
const choices: Readonly<Record<string, { readonly title: string; readonly words?: Readonly<Record<string, string>> }>> =
  {
    gate: { title: 'Gate' },
    compareGate: { title: 'Gate is passed', words: { '>': 'above it', '>=': 'at it or above' } },
    match: { title: 'Match', words: { gate: 'passes the gate', significant: 'significant', both: 'both' } },
    normalisation: { title: 'Weights' },
    dropFirstConcept: { title: 'First concept', words: { true: 'left out', false: 'kept' } },
    leftOut: { title: 'Models left out', words: { '': 'none' } },
    components: { title: 'Components' },
    clusters: { title: 'Categories of models' },
    distance: { title: 'Distance' },
  };

/** Models that are named where several are left out; more are counted. */
const modelsNamed = 2;

/** Title of a choice; a choice that is not known keeps its name. */
export function choiceTitle(choice: string): string {
  return Object.hasOwn(choices, choice) ? (choices[choice]?.title ?? choice) : choice;
}

/** What is chosen, in words: `0.04`, `kept`, `none`, `A, B`, `A and 6 more`. */
export function levelWords(choice: string, value: ChosenValue): string {
  const words = Object.hasOwn(choices, choice) ? choices[choice]?.words : undefined;
  const text = String(value);
  if (words !== undefined && Object.hasOwn(words, text)) return words[text] ?? text;
  return choice === 'leftOut' ? modelWords(text.split('|')) : text;
}

/** Distinct levels of a choice in words, no two alike, and in which order they stand. */
export function orderedLevels(
  choice: string,
  values: readonly ChosenValue[],
): { readonly levels: readonly ChosenValue[]; readonly words: readonly string[] } {
  const levels = [...new Set(values)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : count(choice, a) - count(choice, b) || compareNames(String(a), String(b)),
  );
  const taken = new Map<string, number>();
  const always = choice === 'leftOut' ? sharedModels(levels.map(String)) : [];
  const words = levels.map((level) => {
    const plain = always.length === 0 ? levelWords(choice, level) : furtherWords(always, String(level));
    const copy = (taken.get(plain) ?? 0) + 1;
    taken.set(plain, copy);
    return copy === 1 ? plain : `${plain} (${String(copy)})`;
  });
  return { levels, words };
}

/** Models that a level leaves out: none stands first. */
function count(choice: string, value: ChosenValue): number {
  return choice !== 'leftOut' || value === '' ? 0 : String(value).split('|').length;
}

/** Models that all levels leave out. */
function sharedModels(levels: readonly string[]): readonly string[] {
  const [first = '', ...others] = levels;
  if (first === '' || others.length === 0) return [];
  return first.split('|').filter((model) => others.every((level) => level.split('|').includes(model)));
}

/** What is left out besides what always is: `as in the study`, `also A, B`. */
function furtherWords(always: readonly string[], level: string): string {
  const further = level.split('|').filter((model) => !always.includes(model));
  return further.length === 0 ? 'as in the study' : `also ${modelWords(further)}`;
}

function modelWords(models: readonly string[]): string {
  if (models.length <= modelsNamed) return models.join(', ');
  return `${models[0] ?? ''} and ${String(models.length - 1)} more`;
}
