import { checkModelNameRule, checkTextEncoding } from '@intermodel/data-loading';
import { checkEmbeddingPreset, checkNormalisation } from '@intermodel/embedding';
import { matchScore } from '@intermodel/concept-matching';
import { InputError, suggestName } from '@intermodel/errors';
import type { OptionRow, OptionType } from '../options/option-row.ts';

type NumberType = Extract<OptionType, { readonly kind: 'whole' | 'number' }>;

/** Choices whose names have errors of their own; those of data sets are told where these are read. */
const checks: Readonly<Record<string, (name: string) => string>> = {
  'data.format': (name) => name,
  'embedding.preset': checkEmbeddingPreset,
  'embedding.normalisation': checkNormalisation,
  'matching.score': (name) => matchScore(name).name,
  modelNames: checkModelNameRule,
  encoding: checkTextEncoding,
};

/** Whether an option can have several values, each by a flag of its own. */
export function isRepeated(type: OptionType): boolean {
  return type.kind === 'list' || (type.kind === 'either' && type.of.some(isRepeated));
}

/**
 * Reads the text behind a flag by the type of its option: numbers within their range, choices by their names.
 *
 * @throws InputError `OPTION_VALUE`, and for choices those of the library that has them.
 */
export function readFlagValue({ path, type }: Pick<OptionRow, 'path' | 'type'>, text: string): unknown {
  if (type.kind === 'whole' || type.kind === 'number') return readNumber(type, path, text);
  if (type.kind !== 'choice') return text;
  const check = checks[path];
  if (check !== undefined) return naming(path, () => check(text));
  if (type.choices.includes(text)) return text;
  throw new InputError('OPTION_VALUE', `\`${path}\`: there is no "${text}"`, { hint: suggestName(text, type.choices) });
}

/** Names the option in what another library refuses. */
function naming<Result>(path: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `\`${path}\`: ${error.problem}`, { ...error.details, cause: error });
  }
}

function readNumber(type: NumberType, path: string, text: string): number {
  const { kind, minimum, maximum, exclusiveMinimum, exclusiveMaximum, not } = type;
  const value = Number(text);
  const isNumber = text.trim() !== '' && (kind === 'whole' ? Number.isInteger(value) : Number.isFinite(value));
  const bounds = [
    ['at least', minimum, value >= (minimum ?? value)],
    ['above', exclusiveMinimum, value > (exclusiveMinimum ?? -Infinity)],
    ['at most', maximum, value <= (maximum ?? value)],
    ['below', exclusiveMaximum, value < (exclusiveMaximum ?? Infinity)],
    ['other than', not, value !== not],
  ] as const;
  if (isNumber && bounds.every(([, , holds]) => holds)) return value;
  const range = bounds.flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${String(bound)}`]));
  throw new InputError('OPTION_VALUE', `\`${path}\`: "${text}" does not fit`, {
    expected: `a ${kind === 'whole' ? 'whole number' : 'number'}${range.length === 0 ? '' : ` ${range.join(', ').replace(/^at /u, 'of at ')}`}`,
  });
}
