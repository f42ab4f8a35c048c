import { segmenterPresetNames } from '@intermodel/data-loading';
import { InputError } from '@intermodel/errors';
import { parse } from 'yaml';
import { flagRows, type FlagRow } from '../options/option-table.ts';
import { setAt } from '../options/option-values.ts';
import type { StudyContent } from '../study-content.ts';
import { readFlagValue } from './flag-values.ts';
import { readModelFlags } from './model-flags.ts';

/** What flags give of a study; what was not given stands nowhere. */
export type FlagContent = Partial<Omit<StudyContent, 'preset' | 'scores'>> & { readonly scores?: readonly string[] };

/** What was given with a flag: nothing, a switch, a text or several. */
export type FlagTexts = boolean | string | readonly string[] | undefined;

/**
 * The study, as far as flags of a command give it; whatever they say is checked as a study file is, but for names of
 * choices and ranges of numbers, which are checked here.
 *
 * @param command name of the command
 * @param textsOf what was given with a flag of it
 * @throws InputError `OPTION_VALUE`, `MODEL_OPTION`, `INPUT_OPTION`, and those of libraries for names of choices.
 */
export function flagsToContent(command: string, textsOf: (flag: FlagRow) => FlagTexts): FlagContent {
  const flags = flagRows(command);
  const texts = new Map(flags.map((flag) => [flag.row.path, textsOf(flag)]));
  const listOf = (path: string) => [texts.get(path) ?? []].flat().map(String);
  const plain = flags.filter(
    ({ row }) => !row.path.includes('[]') && !['models', 'tasks', 'data.segmenters'].includes(row.path),
  );
  const models = readModelFlags(listOf('models'));
  const twin = texts.get('models[].twin') === true ? { twin: true } : {};
  const [input] = listOf('models[].input').map((text) => readKeys('models[].input', text));
  const segmenters = listOf('data.segmenters').map((text) => readSegmenter(text, listOf('data.segmenters[].labels')));
  let content: FlagContent = {};
  for (const { row } of plain) {
    const given = texts.get(row.path);
    content = setAt(content, row.path, typeof given === 'string' ? readFlagValue(row, given) : given);
  }
  const tasks = readTasks(flags, texts);
  if (tasks.length > 0) content = setAt(content, 'tasks', tasks);
  if (segmenters.length > 0) content = setAt(content, 'data.segmenters', segmenters);
  if (models.length === 0) return content;
  const fed = input === undefined ? {} : { input };
  return setAt(
    content,
    'models',
    models.map((model) => ({ ...model, ...fed, ...twin })),
  );
}

/** The tasks that flags describe: one for each folder, or one without; the other flags give keys of all of them. */
function readTasks(flags: readonly FlagRow[], texts: ReadonlyMap<string, FlagTexts>): object[] {
  let task = {};
  for (const { row } of flags.filter(({ row: { path } }) => path.startsWith('tasks[].'))) {
    const given = texts.get(row.path);
    const value =
      typeof given !== 'string'
        ? given
        : row.type.kind === 'group'
          ? readKeys(row.path, given)
          : readFlagValue(row, given);
    task = setAt(task, row.path.slice('tasks[].'.length), value);
  }
  const roots = [texts.get('tasks') ?? []].flat().map(String);
  if (roots.length > 0) return roots.map((root) => ({ ...task, root }));
  return Object.keys(task).length > 0 ? [task] : [];
}

/** What a flag says of a group as a whole, and what is told where it cannot be read. */
const wholeGroups: Readonly<Record<string, string>> = {
  'models[].input':
    'the name of a preset, or its parts as {width: 224, height: 224, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}',
  'tasks[].split': 'shares as {train: 0.7, val: 0.1, test: 0.2}',
};

/**
 * Reads what a flag gives of a group as a whole, as a study file has it (YAML).
 *
 * @param path path of the group
 * @param text what was given
 * @throws InputError `INPUT_OPTION`.
 */
export function readKeys(path: string, text: string): unknown {
  try {
    // Tags that make other values than JSON has would lose what they stand before.
    return parse(text, { resolveKnownTags: false, logLevel: 'error' });
  } catch (cause) {
    throw new InputError('INPUT_OPTION', `\`${path}: ${text}\` cannot be read`, {
      expected: wholeGroups[path] ?? 'keys of the group',
      hint: 'Put the whole into quotes.',
      cause,
    });
  }
}

function readSegmenter(text: string, labels: readonly string[]): object {
  const at = text.indexOf('=');
  const preset = text.slice(0, Math.max(0, at));
  if (!Object.hasOwn(segmenterPresetNames, preset))
    throw new InputError(
      'OPTION_VALUE',
      `\`data.segmenters: ${text}\`: expected PRESET=FILE, where PRESET is one of ${Object.keys(segmenterPresetNames).join(', ')}`,
      { hint: 'Describe other exports in a study file, head by head.' },
    );
  const file = text.slice(at + 1);
  const isNamed = labels.length > 0 && (preset === 'unified-parsing' || preset === 'dissect-2020');
  return { preset, file, ...(isNamed ? { labels: labels.length === 1 ? labels[0] : labels } : {}) };
}
