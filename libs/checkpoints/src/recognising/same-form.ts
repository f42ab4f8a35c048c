import path from 'node:path';
import type { ArchitectureFacts } from '../architecture.ts';
import { attemptFamily, isComplete, type Attempt, type Overrides } from './attempt.ts';
import { isContradicted } from './family-signs.ts';
import { inputOf, type Family } from './family.ts';

/** What families that fit the same tensors would make of them: the same text for the same network and preprocessing. */
export function meaningOf({ family, facts, mapped }: Attempt): string {
  const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]) => (a < b ? -1 : 1);
  const parts = [Object.entries(facts).sort(byName), [...mapped.origins].sort(byName)];
  return JSON.stringify([family.architecture, family.layer, inputOf(family), ...parts]);
}

/**
 * Families that say that they are published in the form of another, as far as they are in this size and nothing speaks
 * against them.
 */
export function sharingForm(
  { family, dictionary }: Attempt,
  families: readonly Family[],
  overrides: Overrides,
): readonly Attempt[] {
  return families
    .filter(({ sharesForm = [], variantOf }) => sharesForm.includes(family.name) || variantOf === family.name)
    .filter((other) => !isContradicted(other, { dictionary, strip: overrides.strip }))
    .map((other) => attemptFamily(other, dictionary, { strip: overrides.strip }))
    .filter((attempt) => isComplete(attempt) && attempt.isPublishedSize && !differs(attempt, overrides.facts));
}

/** Whether a family has other facts than those that the user says. */
function differs({ facts }: Attempt, given: ArchitectureFacts = {}): boolean {
  return Object.entries(given).some(([name, value]) => name in facts && facts[name] !== value);
}

/** Says of which other families the file may be: those that fit as well. */
export function sayWhatIsAlike({ family, facts }: Attempt, alike: readonly Attempt[], file: string): readonly string[] {
  if (alike.length === 0) return [];
  const isSame = alike.every((other) => JSON.stringify(inputOf(other.family)) === JSON.stringify(inputOf(family)));
  const names = alike.map(
    (other) => `${other.family.name} (${[other.family.title, ...factsUnlike(other, facts)].join(', ')})`,
  );
  const published = alike.filter((other) => isPublishedAs(other.family, file)).map((other) => other.family.name);
  return [
    `Taken as ${family.name}; checkpoints of ${names.sort().join(', ')} have the same names and shapes${isSame ? ' and preprocessing' : ''}: name the family if it is one of them.`,
    ...(published.length === 0 || isPublishedAs(family, file)
      ? []
      : [`${published.join(' and ')} ${published.length === 1 ? 'is' : 'are'} published under the name of this file.`]),
  ];
}

/** Facts of a family that are not those of another. */
function factsUnlike({ facts }: Attempt, others: ArchitectureFacts): readonly string[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    name in others && others[name] !== value ? [`${name} ${String(value)}`] : [],
  );
}

/** Whether a family is published under the name of a file: a hint, and no more, since files are renamed. */
export function isPublishedAs({ files = [] }: Family, file: string): boolean {
  return files.some(({ name }) => name === path.basename(file));
}
