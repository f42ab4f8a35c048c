import { StudyFileError } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';

/** Options by the keys of a study that they set, where the name of the key is not that of the option. */
const optionsOfKeys: readonly (readonly [key: RegExp, option: string])[] = [
  [/^data\.root$/u, '--data'],
  [/^data\.format$/u, '--data-format'],
  [/^data\.segmenters\[\d+\]\.labels$/u, '--segmenter-labels'],
  [/^data\.segmenters/u, '--segmenter'],
  [/^data\.spatialParts\.skipLastComponent$/u, '--skip-last-component'],
  [/^models\[\d+\]\.input/u, '--input'],
  [/^models/u, '--model'],
  [/^scores/u, '--scores'],
  [/^runtime\.executionProviders/u, '--execution-provider'],
  [/^gallery\.place$/u, '--gallery'],
  [/^gallery\.(.+)$/u, '--gallery-$1'],
  [/^(?:data|runtime|embedding)\.(\w+).*$/u, '--$1'],
];

/** Keys that messages about images and labels quote. */
const quotedKeys =
  /"(root|images|labels|labelNames|imageLabels|segmenters|split|categories|names|crowd|reducedZero|ignore|imageSuffix|labelSuffix|unpaired)"/gu;

/**
 * The option that sets a key of a study, such as `--label-names` for `data.labelNames`; undefined for the data as a
 * whole.
 */
export function optionOfKey(key: string): string | undefined {
  if (key === '' || key === 'data') return undefined;
  for (const [pattern, option] of optionsOfKeys)
    if (pattern.test(key)) return kebab(option.includes('$') ? key.replace(pattern, option) : option);
  return kebab(`--${key}`);
}

/**
 * Makes a study of options; what is wrong with them is told by the names of the options. @throws InputError
 * `OPTION_VALUE`
 */
export function studyOfOptions<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof StudyFileError)) throw error;
    const [first, ...others] = error.problems;
    const option = optionOfKey(first?.key ?? '');
    const expected = first?.expected;
    const hint = [
      first?.hint,
      ...others.map(
        ({ key, problem }) =>
          ` also ${[optionOfKey(key), inOptions(problem)].filter((part) => part !== undefined).join(': ')}`,
      ),
    ]
      .filter((part) => part !== undefined)
      .join('\n ');
    throw new InputError(
      'OPTION_VALUE',
      [option, inOptions(first?.problem ?? error.message)].filter((part) => part !== undefined).join(': '),
      {
        ...(expected === undefined ? {} : { expected: inOptions(expected) }),
        ...(hint === '' ? {} : { hint: inOptions(hint) }),
        cause: error,
      },
    );
  }
}

/** Puts options in the place of the keys that a message names. */
function inOptions(text: string): string {
  return text
    .replace('images, labels and labelNames, or root', '--images, --labels and --label-names, or --data')
    .replaceAll(/\bdata\.(\w+)/gu, (key) => optionOfKey(key) ?? key)
    .replaceAll(quotedKeys, (_, key: string) => optionOfKey(`data.${key}`) ?? key)
    .replaceAll(' below data.', '.');
}

function kebab(option: string): string {
  return option.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}
