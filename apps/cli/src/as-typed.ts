import { flagOfSetting, isOptionPath, settingPath } from '@intermodel/pipelines';
import { optionsOf } from './command-options.ts';
import { ownOptions, type CommandOption } from './own-options.ts';

/** Commands by the functions of libraries that messages name. */
const commandsOfFunctions: Readonly<Record<string, string>> = {
  listLayers: 'layers',
  listModelLayers: 'layers',
  describeData: 'data info',
  embedStudy: 'embed',
  runStudy: 'run',
};

/**
 * A setting as libraries name it: `` `data.maxPixels` ``, with a value, `` `data.exif: ignore` ``, or of a model,
 * `` `models[NAME].layer` ``.
 */
const settings = /`([a-zA-Z](?:[\w.]|\[[^`]*?\](?=[`.:[]))*)(?:: ([^`]+))?`/gu;

let options: readonly CommandOption[] = [];
let studyFile: string | undefined;
let setPaths: readonly string[] = [];
let rootIsArgument = false;

/**
 * From now on messages are for someone who runs this command, over this study file if it takes one, with these settings
 * beside (`PATH=VALUE`).
 */
export function speakOf(command: string, study?: string, set: readonly string[] = []): void {
  const isInfo = command === 'data info';
  // What a study file says of images cannot be said by flags beside it.
  const own = optionsOf(command).filter(({ flag }) => !isInfo || study === undefined || flag.heading === 'Study');
  // Layers are listed for a dissection.
  options = command === 'layers' ? [...own, ...optionsOf('dissect')] : own;
  studyFile = study;
  setPaths = set.map((setting) => settingPath(/^(?:[^[=]|\[.*?\](?=[.[=]))*/u.exec(setting)?.[0] ?? '') ?? '');
  rootIsArgument = isInfo && study === undefined;
}

/**
 * A message of a library with each setting as it is typed in the command that runs: as its flag, or where a study file
 * was given, as its key there. `isPlaced`: the message shows the place in the file by itself.
 */
export function asTyped(text: string, isPlaced = false): string {
  let left = [...text.matchAll(settings)].filter(([, name = '']) => settingPath(name) !== undefined).length;
  return text.replaceAll(settings, (whole: string, name: string, value: string | undefined) => {
    const command = commandsOfFunctions[name];
    if (command !== undefined) return `"intermodel ${command}"`;
    const path = settingPath(name);
    if (path === undefined) return flagOfSetting(options, name, value) ?? foreignFlag(name) ?? whole;
    left--;
    const written = isOptionPath(name) ? name : path;
    // A setting goes over whatever a flag says.
    if (studyFile === undefined && setPaths.some((each) => each === path || path.startsWith(`${each}.`)))
      return value === undefined ? `--set ${quoted(written)}` : setText(written, value);
    if (path === 'data.root' && rootIsArgument) return 'PATH';
    const flag = flagOfSetting(options, path, value);
    if (flag !== undefined) return flag;
    const entry = value === undefined ? written : `${written}: ${value}`;
    const set = setText(written, value ?? 'VALUE');
    if (studyFile === undefined) return options.some(({ row }) => row.path === 'set') ? set : entry;
    return isPlaced || left > 0 ? entry : `${entry} (in ${studyFile}, or ${set})`;
  });
}

/** A setting as a shell takes it; keys of a group are set one by one, which leaves its other keys as they are. */
function setText(path: string, value: string): string {
  const [, keys] = /^\{((?:\w+: [^,:{}[\]]+(?:, )?)+)\}$/u.exec(value) ?? [];
  if (keys === undefined) return `--set ${quoted(`${path}=${value}`)}`;
  return keys
    .split(', ')
    .map((key) => setText(`${path}.${key.slice(0, key.indexOf(':'))}`, key.slice(key.indexOf(':') + 2)))
    .join(' ');
}

function quoted(text: string): string {
  if (/^[\w@%+=:,./[\]-]+$/u.test(text)) return text;
  return /["$\\!]/u.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
}

/** A flag of another command, for what the one that runs cannot be told. */
function foreignFlag(name: string): string | undefined {
  const option = ownOptions.find(({ row }) => row.path === name);
  if (option === undefined) return undefined;
  return `${option.flag.flags.split(' ')[0] ?? ''} of "intermodel ${option.flag.commands[0] ?? ''}"`;
}
