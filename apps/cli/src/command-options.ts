import {
  checkReportFormats,
  flagRows,
  flagsToContent,
  isRepeated,
  optionHeadings,
  readFlagValue,
  setAt,
  studyOptions,
  type FlagContent,
  type FlagTexts,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ownOptions, type CommandOption } from './own-options.ts';
import { readPart } from './read-part.ts';

/** Headings of options in the order of the help. */
const headings = ['Study', ...optionHeadings] as const;

/** Options of the app whose value is not what was given. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  inputSize: (side) => ({ height: Number(side), width: Number(side) }),
  featureFormats: (names) => names.split(',').map((name) => name.trim()),
  formats: (names) => checkReportFormats(names.split(',').map((name) => name.trim())),
  'lock.waitMilliseconds': () => Infinity,
  part: readPart,
  queue: (address) => address,
};

/** Options of a command: those of a study that it has, and its own. */
export function optionsOf(command: string, table = studyOptions): readonly CommandOption[] {
  const own = ownOptions.filter(({ flag }) => flag.commands.includes(command));
  return [...flagRows(command, table), ...own].toSorted(
    (a, b) => headings.indexOf(a.flag.heading) - headings.indexOf(b.flag.heading),
  );
}

/** How a command takes what another has a flag for: by a flag of another name, or as its argument. */
export function ownWordFor(command: string, flag: string): string | undefined {
  const paths = studyOptions
    .filter(({ flags = [] }) => flags.some((each) => each.flags.split(' ')[0] === flag))
    .map(({ path }) => path);
  if (command === 'data info' && paths.includes('data.root')) return 'PATH';
  return optionsOf(command)
    .find(({ row }) => paths.includes(row.path))
    ?.flag.flags.split(' ')[0];
}

/** Name under which commander keeps the value of an option. */
export function keptAs({ flag }: Pick<CommandOption, 'flag'>): string {
  return new Option(flag.flags).attributeName();
}

/** Adds its options to a command, under their headings; `required` names flags that must be given. */
export function addOptions(
  command: Command,
  name: string,
  required: readonly string[] = [],
  table = studyOptions,
): void {
  for (const option of optionsOf(name, table)) {
    const { row, flag } = option;
    // One flag can set several options of a study.
    if (command.options.some(({ flags }) => flags === flag.flags)) continue;
    const shown = new Option(flag.flags, helpOf(option)).helpGroup(`${flag.heading}:`);
    if (isRepeated(row.type)) shown.argParser((text, earlier?: readonly string[]) => [...(earlier ?? []), text]);
    else if (row.type.kind === 'whole' || row.type.kind === 'number') shown.argParser(checkNumber(option));
    command.addOption(shown.makeOptionMandatory(required.includes(shown.long ?? '')));
  }
}

/** What was given of the options of a study, and of those of the app, each in the place that its path names. */
export function givenOptions(
  command: Command,
  name: string,
): { readonly content: FlagContent; readonly own: Readonly<Record<string, unknown>> } {
  const textsOf = (option: Pick<CommandOption, 'flag'>) => command.getOptionValue(keptAs(option)) as FlagTexts;
  let own = {};
  for (const option of optionsOf(name).filter((each) => ownOptions.includes(each))) {
    const { path } = option.row;
    const given = textsOf(option);
    const read = readers[path] ?? ((text: string) => readFlagValue(option.row, text));
    own = setAt(
      own,
      path,
      given === true && path in readers ? read('') : typeof given === 'string' ? read(given) : given,
    );
  }
  return { content: flagsToContent(name, textsOf), own };
}

/** Numbers are checked as the command line is read, so that what does not fit is wrong usage. */
function checkNumber({ row }: CommandOption): (text: string) => string {
  return (text) => {
    try {
      readFlagValue(row, text);
    } catch (error) {
      throw error instanceof InputError ? new InvalidArgumentError(`expected ${error.details.expected ?? ''}.`) : error;
    }
    return text;
  };
}

/** Help of an option, with what may be given and what holds where it is not. */
function helpOf({ row: { type, help: usual, default: value, otherwise }, flag }: CommandOption): string {
  const text = (flag.help ?? usual).replaceAll('`', '');
  const [, help = '', told] = /^(.*?)(?: \(default: ([^()]+)\))?\.?$/su.exec(text) ?? [];
  const usually = told ?? otherwise ?? (value === undefined || value === false ? undefined : valueText(value));
  const isListed = type.kind === 'choice' && !type.choices.every((choice) => help.includes(choice));
  const more = [
    ...(isListed ? [type.choices.join(', ')] : []),
    ...(isRepeated(type) ? ['may be given several times'] : []),
    ...(usually === undefined ? [] : [`default: ${usually}`]),
  ];
  return more.length === 0 ? help : `${help} (${more.join('; ')})`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
