import { flagOfSetting, isOptionPath, settingPath, type NamedFlag } from './name-settings.ts';

/** How settings are typed where a message is read. */
export interface TypedSettings {
  /** Flags that there are. */
  readonly flags: readonly NamedFlag[];
  /** Study file that was given; undefined: none. */
  readonly studyFile: string | undefined;
  /** Paths of options that were set beside it. */
  readonly setPaths: readonly string[];
  /** Names what no flag of these gives, as commands or flags of others; undefined: as it stands. */
  readonly others: (name: string) => string | undefined;
  /** Whether the message shows the place in the study file by itself. */
  readonly isPlaced: boolean;
}

/**
 * A setting as libraries name it: `` `data.maxPixels` ``, with a value, `` `data.exif: ignore` ``, or of a model,
 * `` `models[NAME].layer` ``.
 */
const settings = /`([a-zA-Z](?:[\w.]|\[[^`]*?\](?=[`.:[]))*)(?:: ([^`]+))?`/gu;

/**
 * A message of a library with each setting as it is typed: as its flag, with `--set`, or where a study file was given, as
 * its key there.
 */
export function typeSettings(text: string, { flags, studyFile, setPaths, others, isPlaced }: TypedSettings): string {
  let left = [...text.matchAll(settings)].filter(([, name = '']) => settingPath(name) !== undefined).length;
  return text.replaceAll(settings, (whole: string, name: string, value: string | undefined) => {
    const path = settingPath(name);
    if (path === undefined) return flagOfSetting(flags, name, value) ?? others(name) ?? whole;
    left--;
    const written = isOptionPath(name) ? name : path;
    // A setting goes over whatever a flag says.
    if (studyFile === undefined && setPaths.some((each) => each === path || path.startsWith(`${each}.`)))
      return value === undefined ? `--set ${quoted(written)}` : setText(written, value);
    const flag = flagOfSetting(flags, path, value) ?? others(path);
    if (flag !== undefined) return flag;
    const entry = value === undefined ? written : `${written}: ${value}`;
    const set = setText(written, value ?? 'VALUE');
    if (studyFile === undefined) return flags.some(({ row }) => row.path === 'set') ? set : entry;
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
