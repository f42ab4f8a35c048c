import type { OptionRow, OptionType } from './option-row.ts';

/** What values an option may have, in words: `whole number of MiB, 1 to 4096`. */
export function typeInWords(type: OptionType): string {
  switch (type.kind) {
    case 'text':
      return type.names === undefined ? textWords(type.longest) : `name of a ${type.names}`;
    case 'choice':
      return type.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'truth':
      return 'true or false';
    case 'whole':
    case 'number': {
      const noun = type.kind === 'whole' ? 'whole number' : 'number';
      const unit = type.unit === undefined ? '' : ` of ${type.unit}`;
      return [`${noun}${unit}`, ...rangeWords(type)].join(', ');
    }
    case 'list':
      return listWords(type);
    case 'group':
      return 'group of keys';
    case 'either':
      return type.of.map(typeInWords).join('; or ');
  }
}

/** What holds where an option is not given: a value as it is written in a study file, or words. */
export function defaultInWords({ default: value, otherwise, isRequired }: OptionRow): string {
  if (isRequired === true) return 'required';
  if (value === undefined) return otherwise ?? '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ')}\``;
}

function textWords(longest: number | undefined): string {
  return longest === undefined ? 'text' : `text of at most ${String(longest)} characters`;
}

function rangeWords({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  not,
}: Extract<OptionType, { kind: 'whole' | 'number' }>): string[] {
  const range = [
    ...(minimum === undefined ? [] : [`at least ${String(minimum)}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${String(exclusiveMinimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${String(maximum)}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${String(exclusiveMaximum)}`]),
    ...(not === undefined ? [] : [`not ${String(not)}`]),
  ];
  return minimum !== undefined && maximum !== undefined
    ? [`${String(minimum)} to ${String(maximum)}`, ...range.slice(2)]
    : range;
}

function listWords({ of, fewest, most, isUnique }: Extract<OptionType, { kind: 'list' }>): string {
  const count =
    fewest !== undefined && fewest === most
      ? ` of ${String(fewest)}`
      : most !== undefined && most < 100
        ? ` of ${String(fewest ?? 0)} to ${String(most)}`
        : fewest === undefined
          ? ''
          : ` of at least ${String(fewest)}`;
  return `list${count}${isUnique === true ? ', each once' : ''}: ${typeInWords(of)}`;
}
