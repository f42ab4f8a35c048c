import { nearestName } from '@intermodel/errors';
import type { ModelContent } from './study-content.ts';
import type { Finding } from './study-problems.ts';

/** Names that Windows keeps for devices, also with an ending. */
const reservedNames = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

const forbiddenCharacters = /[/\\<>:"|?*\u0000-\u001f\u007f]/u;

/** Most bytes of a name that file systems take, less what a temporary name adds. */
const nameBytes = 200;

/** Why a name cannot be that of a folder on every system; undefined if it can. */
export function folderNameFault(name: string): string | undefined {
  const forbidden = forbiddenCharacters.exec(name)?.[0];
  if (forbidden !== undefined) return `holds the character ${JSON.stringify(forbidden)}`;
  if (name.startsWith('.')) return 'begins with a dot';
  if (name !== name.trim()) return 'begins or ends with a space';
  if (name.endsWith('.')) return 'ends with a dot';
  if (reservedNames.test(name)) return 'is kept for devices by Windows';
  if (Buffer.byteLength(name, 'utf8') > nameBytes) return `takes more than ${String(nameBytes)} bytes`;
  // A lone surrogate does not survive the way through UTF-8.
  return Buffer.from(name, 'utf8').toString('utf8') === name ? undefined : 'is not well-formed Unicode';
}

/**
 * Finds names that cannot be folders, and names that are the same where case or composition of letters does not count.
 */
export function checkModelNames(models: readonly Pick<ModelContent, 'name'>[]): Finding[] {
  const first = new Map<string, string>();
  return models.flatMap(({ name }, index): Finding[] => {
    const path = ['models', index, 'name'];
    const fault = folderNameFault(name);
    if (fault !== undefined)
      return [
        {
          path,
          problem: `the name ${JSON.stringify(name)} ${fault}`,
          expected: 'a name that a folder can have on every system, since the results of a model go to models/NAME',
          hint: 'Use letters, digits, spaces, ".", "-", "_", "(" and ")".',
        },
      ];
    const key = name.normalize('NFC').toLowerCase();
    const earlier = first.get(key);
    first.set(key, earlier ?? name);
    if (earlier === undefined) return [];
    const how = earlier === name ? 'is given twice' : `is the same as "${earlier}" where case does not count`;
    return [
      {
        path,
        problem: `the name "${name}" ${how}`,
        expected: 'a name of its own for each model',
        hint: 'Rename one of the two.',
      },
    ];
  });
}

/** Names for which the nearest one is looked for. */
const nearestLooked = 8;

/** Finds names that no model has. */
export function checkListedNames(
  names: readonly string[],
  models: readonly Pick<ModelContent, 'name'>[],
  path: readonly string[],
): Finding[] {
  const known = models.map(({ name }) => name);
  const all = new Set(known);
  let strange = 0;
  return names.flatMap((name, index): Finding[] => {
    if (all.has(name)) return [];
    // To look for the nearest of thousands of names takes long, and only the first few are told.
    const nearest = ++strange > nearestLooked ? undefined : nearestName(name, known);
    return [
      {
        path: [...path, index],
        problem: `there is no model "${name}" in this study`,
        hint: `${nearest === undefined ? '' : `Did you mean "${nearest}"? `}Models: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`,
      },
    ];
  });
}
