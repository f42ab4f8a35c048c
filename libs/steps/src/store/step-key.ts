import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** All that a step's result depends on. */
export interface StepIngredients {
  /** Kind of step, such as `histograms`. */
  readonly step: string;
  /** Version of the code that computes it; changed whenever the same input would give other bytes. */
  readonly codeVersion: string;
  /**
   * SHA-256 of each input by its role: bytes of a file, part of an earlier step's result, or `hashJson` of a list of
   * those.
   */
  readonly inputs: Readonly<Record<string, string>>;
  /** Options after defaults and presets, as plain data. */
  readonly options: object;
}

/** A step with a name for people. */
export interface StepDescription extends StepIngredients {
  /**
   * Place of the step in its study, such as `resnet18 shard 3`. It is not part of the key: equal ingredients share a
   * result. It tells which older result a stale step once had.
   */
  readonly subject?: string;
}

const hashPattern = /^[0-9a-f]{64}$/u;

/** Whether a value is the text of a SHA-256 in lower-case hexadecimal. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && hashPattern.test(value);
}

/** Gives a step's key back. @throws RangeError for a text that is none, so that no name made by hand becomes a file. */
export function checkKey(key: string): string {
  if (!hashPattern.test(key)) throw new RangeError(`"${key}" is not a step's key; make it with stepKey()`);
  return key;
}

/**
 * Key under which a step's result is kept: SHA-256 of the canonical JSON of its ingredients.
 *
 * @throws TypeError for options that JSON cannot hold exactly; RangeError for an input that is a name and not a hash.
 */
export function stepKey(ingredients: StepIngredients): string {
  return new StepKeys(ingredients).of(ingredients.inputs);
}

/** Keys of steps that differ in their inputs alone: all else is put into text once, since there may be millions. */
export class StepKeys {
  readonly #step: string;
  readonly #before: string;
  readonly #after: string;

  /** @throws TypeError for options that JSON cannot hold exactly. */
  constructor({ step, codeVersion, options }: Omit<StepIngredients, 'inputs'>) {
    // The names of the canonical JSON in their order: codeVersion, inputs, options, schema, step.
    const head = canonicalJson({ codeVersion }, 'step');
    const tail = canonicalJson({ options, schema: 'intermodel:step-key/1', step }, 'step');
    this.#step = step;
    this.#before = `${head.slice(0, -1)},"inputs":{`;
    this.#after = `},${tail.slice(1)}`;
  }

  /** Key of the step with these inputs. @throws RangeError for an input that is a name and not a hash. */
  of(inputs: Readonly<Record<string, string>>): string {
    const members = Object.keys(inputs)
      .sort()
      .map((role) => `${JSON.stringify(role)}:"${this.#checked(role, inputs[role])}"`);
    return hash('sha256', this.#before + members.join(',') + this.#after);
  }

  #checked(role: string, input: unknown): string {
    if (isHash(input)) return input;
    throw new RangeError(
      `stepKey: input "${role}" of step "${this.#step}" is "${String(input)}"; expected a SHA-256 (64 hexadecimal digits) of its bytes`,
    );
  }
}
