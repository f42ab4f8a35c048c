import { canonicalJson, isJsonObject } from './canonical-json.ts';
import type { StepIngredients } from './step-key.ts';

/** One ingredient in which two steps differ. */
export interface StepDifference {
  /** What sort of ingredient it is. */
  readonly kind: 'code' | 'input' | 'option';
  /** Role of the input, or path of the option, such as `matching.iouMin`. */
  readonly name: string;
  /** Canonical JSON of what it was; undefined where it is new. */
  readonly before: string | undefined;
  /** Canonical JSON of what it is now; undefined where it is gone. */
  readonly after: string | undefined;
}

/**
 * Lists what makes two steps of one kind different: code first, then inputs, then options, each by name. Equal steps
 * give an empty list.
 */
export function explainDifference(before: StepIngredients, after: StepIngredients): readonly StepDifference[] {
  const differences: StepDifference[] = [];
  if (before.codeVersion !== after.codeVersion)
    differences.push({
      kind: 'code',
      name: after.step,
      before: JSON.stringify(before.codeVersion),
      after: JSON.stringify(after.codeVersion),
    });
  compare('input', '', before.inputs, after.inputs, differences);
  compare('option', '', before.options, after.options, differences);
  return differences;
}

/**
 * Says in a line why a step is stale: `input "images" changed; option matching.gate: 0.04 -> 0.05`. Where the code is
 * another one, options are left out: they may have had other names.
 */
export function describeDifferences(differences: readonly StepDifference[], listed = 5): string {
  const isOtherCode = differences.some(({ kind }) => kind === 'code');
  const told = differences.filter(({ kind }) => !isOtherCode || kind !== 'option');
  const shown = told.slice(0, listed).map(describe);
  if (told.length > listed) shown.push(`${String(told.length - listed)} more`);
  return shown.join('; ');
}

function compare(
  kind: 'input' | 'option',
  name: string,
  before: unknown,
  after: unknown,
  into: StepDifference[],
): void {
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      compare(kind, name === '' ? key : `${name}.${key}`, before[key], after[key], into);
    }
    return;
  }
  const [was, is] = [before, after].map((value) => (value === undefined ? undefined : canonicalJson(value, name)));
  if (was !== is) into.push({ kind, name, before: was, after: is });
}

function describe({ kind, name, before, after }: StepDifference): string {
  if (kind === 'code') return `code of ${name}: ${String(before)} -> ${String(after)}`;
  if (kind === 'option') return `option ${name}: ${before ?? 'not set'} -> ${after ?? 'not set'}`;
  // The digits of a hash tell people nothing.
  return `input "${name}" ${before === undefined ? 'is new' : after === undefined ? 'is gone' : 'changed'}`;
}
