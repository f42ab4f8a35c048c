import { settingPath, typeSettings } from '@intermodel/pipelines';
import { optionsOf } from './command-options.ts';
import { ownOptions, type CommandOption } from './own-options.ts';

/** Commands by the functions of libraries that messages name. */
const commandsOfFunctions: Readonly<Record<string, string>> = {
  describeCheckpoint: 'checkpoint',
  listLayers: 'layers',
  listModelLayers: 'layers',
  describeData: 'data info',
  describeTaskData: 'data info',
  embedStudy: 'embed',
  examineStudy: 'doctor',
  runStudy: 'run',
};

let options: readonly CommandOption[] = [];
let studyFile: string | undefined;
let setPaths: readonly string[] = [];
let rootIsArgument = false;

/**
 * From now on messages are for someone who runs this command, over this study file if it takes one, with these settings
 * beside (`PATH=VALUE`).
 */
export function speakOf(command: string, study?: string, set: readonly string[] = []): void {
  const isInfo = command === 'data info' || command === 'data show';
  // What a study file says of images cannot be said by flags beside it.
  const own = optionsOf(command).filter(({ flag }) => !isInfo || study === undefined || flag.heading === 'Study');
  // Layers are listed for a dissection.
  options = command === 'layers' ? [...own, ...optionsOf('dissect')] : own;
  studyFile = study;
  setPaths = set.map((setting) => settingPath(/^(?:[^[=]|\[.*?\](?=[.[=]))*/u.exec(setting)?.[0] ?? '') ?? '');
  rootIsArgument = command === 'data info' && study === undefined;
}

/**
 * A message of a library with each setting as it is typed in the command that runs. `isPlaced`: the message shows the
 * place in the study file by itself.
 */
export function asTyped(text: string, isPlaced = false): string {
  return typeSettings(text, { flags: options, studyFile, setPaths, others, isPlaced });
}

/** What is no option of a study, or is none with a flag here: commands by their functions, and flags of other commands. */
function others(name: string): string | undefined {
  const named = commandsOfFunctions[name];
  if (named !== undefined) return `"intermodel ${named}"`;
  if (name === 'data.root' || name === 'tasks[].root') return rootIsArgument ? 'PATH' : undefined;
  const ofModel = options.find(({ row }) => [`models[].${row.path}`, `data.segmenters[].${row.path}`].includes(name));
  if (ofModel !== undefined) return ofModel.flag.flags.split(' ')[0];
  const option = ownOptions.find(({ row }) => row.path === name);
  if (option === undefined) return undefined;
  const { flags, commands } = option.flag;
  const command = commands.includes('run') ? 'run' : (commands[0] ?? '');
  return `${flags.split(' ')[0] ?? ''} of "intermodel ${command}"`;
}
