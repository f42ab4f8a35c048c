import { formsOf, keyOf, rowsByGroup } from './options/option-groups.ts';
import type { OptionRow, OptionType } from './options/option-row.ts';
import { studyOptions } from './options/option-table.ts';
import type { Study } from './study.ts';
import type { StudyContent } from './study-content.ts';
import type { StudyPath } from './study-problems.ts';

/** A file or folder that a study names. */
export interface NamedPath {
  /** Place of the name in the study. */
  readonly at: StudyPath;
  /** The name: absolute in a resolved study. */
  readonly name: string;
  /** What has to stand there. */
  readonly kind: 'file' | 'folder';
  /** What it is to a run, as manifests state it. */
  readonly role: string;
}

type Naming = 'data' | 'models' | 'scores' | 'scoreColumns' | 'embedding';

type TextType = Extract<OptionType, { kind: 'text' }>;

/** Lists all files and folders that a study names and that must be there, in the order of the table of options. */
export function namedPaths(
  study: Pick<StudyContent, Naming> | Pick<Study, Naming>,
  table: readonly OptionRow[] = studyOptions,
): NamedPath[] {
  const paths: NamedPath[] = [];
  changeGroup(study, '', [], rowsByGroup(table), (name, { names, role }, at) => {
    if (role !== undefined && (names === 'file' || names === 'folder')) paths.push({ at, name, kind: names, role });
    return name;
  });
  return paths;
}

/**
 * A copy in which the name of every file and folder is changed.
 *
 * @param group the study, or a group of it
 * @param path path of that group; '' for the study
 */
export function changePaths<Group extends object>(
  group: Group,
  path: string,
  change: (name: string) => string,
  table: readonly OptionRow[] = studyOptions,
): Group {
  return changeGroup(group, path, [], rowsByGroup(table), (name, { names }) =>
    names === 'file' || names === 'folder' ? change(name) : name,
  ) as Group;
}

type ChangeText = (text: string, type: TextType, at: StudyPath) => string;

type Groups = ReadonlyMap<string, readonly OptionRow[]>;

function changeGroup(group: object, option: string, at: StudyPath, groups: Groups, change: ChangeText): object {
  const copy: Record<string, unknown> = { ...group };
  for (const { path, type } of groups.get(option) ?? []) {
    const key = keyOf(path);
    if (copy[key] !== undefined) copy[key] = changeValue(copy[key], type, path, [...at, key], groups, change);
  }
  return copy;
}

function changeValue(
  value: unknown,
  type: OptionType,
  option: string,
  at: StudyPath,
  groups: Groups,
  change: ChangeText,
): unknown {
  for (const form of formsOf(type)) {
    if (form.kind === 'text' && typeof value === 'string') return change(value, form, at);
    if (form.kind === 'list' && Array.isArray(value))
      return value.map((entry: unknown, index) =>
        changeValue(entry, form.of, `${option}[]`, [...at, index], groups, change),
      );
    if (form.kind === 'group' && typeof value === 'object' && value !== null)
      return changeGroup(value, option, at, groups, change);
  }
  return value;
}
