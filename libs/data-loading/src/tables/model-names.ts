import { InputError, suggestName } from '@intermodel/streams';

/** Declared rules by which a model's name is taken from a table. */
export const modelNameRules = {
  /** The name as it stands in the table. */
  exact: 'the name as it stands',
  /** Without a suffix in parentheses: `BYOL(R)` is read as `BYOL`. */
  'strip-suffix': 'without a suffix in parentheses at the end',
} as const;

/** Name of a rule for model names. */
export type ModelNameRule = keyof typeof modelNameRules;

/** Checks the name of a rule. @throws InputError `MODEL_NAME_RULE` that lists the rules. */
export function checkModelNameRule(rule: string): ModelNameRule {
  if (Object.hasOwn(modelNameRules, rule)) return rule as ModelNameRule;
  throw new InputError('MODEL_NAME_RULE', `there is no rule "${rule}" for model names`, {
    hint: suggestName(rule, Object.keys(modelNameRules)),
  });
}

/** Applies a rule to names, and refuses two names of one file set that the rule would make one. */
export class ModelNames {
  readonly #rule: ModelNameRule;
  readonly #originals = new Map<string, string>();

  constructor(rule: ModelNameRule) {
    this.#rule = rule;
  }

  /** Name by the rule, whatever else became of it. */
  nameOf(name: string): string {
    const trimmed = name.trim();
    return this.#rule === 'exact' ? trimmed : trimmed.replace(/\s*\([^()]*\)$/u, '');
  }

  /** Name by the rule. @throws InputError `MODEL_NAMES_COLLIDE` naming both originals. */
  read(name: string, file: string, line?: number): string {
    const trimmed = name.trim();
    const read = this.nameOf(name);
    const place = { file, ...(line === undefined ? {} : { line }) };
    if (read === '')
      throw new InputError('MODEL_NAME_EMPTY', `the model name "${name}" is empty`, {
        ...place,
        expected: 'a name in every row',
        hint: 'Fill in the name, or read the names as they stand: `modelNames: exact`.',
      });
    const original = this.#originals.get(read);
    if (original === undefined) this.#originals.set(read, trimmed);
    else if (original !== trimmed) {
      throw new InputError('MODEL_NAMES_COLLIDE', `"${original}" and "${trimmed}" both become "${read}"`, {
        ...place,
        expected: 'names that stay different',
        hint: 'Read the names as they stand: `modelNames: exact`.',
      });
    }
    return read;
  }
}
