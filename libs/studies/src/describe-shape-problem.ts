import { suggestName } from '@intermodel/errors';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { optionsOfKey } from './options/search-options.ts';
import { keyText, type Finding, type StudyPath } from './study-problems.ts';

/** The keywords of JSON Schema that messages speak of. */
interface ShapeSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly description?: string;
}

/** Says in words what a value that the schema refuses should have been. `path` leads to the value. */
export function describeShapeProblem(error: ErrorObject, path: StudyPath): Finding {
  const schema = (error.parentSchema ?? {}) as ShapeSchema;
  const keys = Object.keys(schema.properties ?? {}).filter((key) => key !== '$schema');
  const value: unknown = error.data;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      return {
        path: [...path, key],
        problem: `there is no key "${key}" ${path.length === 0 ? 'in a study' : `in ${keyText(path)}`}`,
        hint: hintForKey(key, keys),
        isUnknownKey: true,
      };
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      return {
        path,
        problem: `${missing(path, key)} is missing`,
        ...expectedOf(schema.properties?.[key]?.description),
        hint: `Add "${key}"${path.length === 0 ? ' to the study' : ` below ${keyText(path)}`}.`,
        setHint: `Give \`${keyText([...path, key])}\` too.`,
      };
    }
    case 'dependentRequired': {
      const key = String(error.params['property']);
      const other = String(error.params['missingProperty']);
      return {
        path: [...path, key],
        problem: `"${key}" stands without "${other}"`,
        expected: `both or neither of "${key}" and "${other}"`,
        hint: `Add "${other}", or remove "${key}".`,
        setHint: `Give \`${keyText([...path, other])}\` too, or leave "${key}" out.`,
      };
    }
    case 'enum':
      return {
        path,
        problem: `${shown(value)} is not known here`,
        hint: suggestName(typeof value === 'string' ? value : '', schema.enum ?? []),
      };
    case 'uniqueItems':
      return {
        path,
        problem: 'the list names something twice',
        expected: 'each entry once',
        hint: 'Remove the second one.',
      };
    case 'minProperties':
      return {
        path,
        problem: 'is empty',
        expected: `some of ${keys.join(', ')}`,
        hint: 'Fill it in, or remove the key.',
        setHint: 'Give some of them, or leave it out.',
      };
    case 'not':
      return {
        path,
        problem: `${shown(value)} is refused`,
        expected: 'a number other than 0',
        hint: 'Correct the number.',
      };
    default:
      return {
        path,
        problem: wrongValue(error.keyword, value),
        expected: expectation(schema),
        ...hintFor(schema, value),
      };
  }
}

/** The nearest key of the group, or where the key belongs, if it is one of other groups. */
function hintForKey(key: string, keys: readonly string[]): string {
  const elsewhere = keys.some((known) => known.toLowerCase() === key.toLowerCase()) ? [] : optionsOfKey(key);
  return elsewhere.length === 0
    ? suggestName(key, keys, 16)
    : `Did you mean ${elsewhere.map((path) => `"${path}"`).join(' or ')}? Keys here: ${keys.join(', ')}.`;
}

function missing(path: StudyPath, key: string): string {
  return keyText([...path, key]);
}

function expectedOf(description: string | undefined): { readonly expected?: string } {
  return description === undefined ? {} : { expected: description };
}

function wrongValue(keyword: string, value: unknown): string {
  if (value === null) return 'has no value';
  if (keyword === 'minLength') return 'is an empty text';
  if (keyword === 'maxLength') return `is a text of ${String((value as string).length)} characters`;
  if (keyword === 'minItems' || keyword === 'maxItems') {
    const { length } = value as unknown[];
    return length === 0 ? 'is an empty list' : `is a list of ${String(length)}`;
  }
  return `is ${shown(value)}`;
}

function expectation(schema: ShapeSchema): string {
  const types = [schema.type ?? []].flat();
  return types.map((type) => describeType(type, schema)).join(', or ');
}

function describeType(type: string, schema: ShapeSchema): string {
  const keys = Object.keys(schema.properties ?? {}).filter((key) => key !== '$schema');
  switch (type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return schema.minItems !== undefined && schema.minItems === schema.maxItems
        ? `a list of ${String(schema.minItems)}`
        : schema.minItems === 1
          ? 'a list with at least one entry'
          : 'a list';
    case 'object':
      return `keys such as ${keys.slice(0, 4).join(', ')}`;
    default:
      return schema.enum === undefined
        ? `a text${schema.maxLength === undefined ? '' : ` of at most ${String(schema.maxLength)} characters`}`
        : `one of ${schema.enum.join(', ')}`;
  }
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: ShapeSchema): string {
  if (exclusiveMinimum !== undefined && exclusiveMaximum !== undefined)
    return ` between ${String(exclusiveMinimum)} and ${String(exclusiveMaximum)}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${String(minimum)} to ${String(maximum)}`;
  return minimum === undefined ? '' : ` of at least ${String(minimum)}`;
}

function hintFor(schema: ShapeSchema, value: unknown): Pick<Finding, 'hint' | 'setHint'> {
  const types = [schema.type ?? []].flat();
  const isNumeric = types.includes('integer') || types.includes('number');
  if (value === null)
    return { hint: 'Fill in the value, or remove the key.', setHint: 'Give a value, or leave it out.' };
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return { hint: `Text that looks like a number or a truth needs quotes: "${String(value)}".` };
  const plain = typeof value === 'string' ? typeWithoutQuotes(value) : undefined;
  if ((plain === 'number' && isNumeric) || (plain === 'boolean' && types.includes('boolean')))
    return { hint: 'Write it without quotes.' };
  if (typeof value === 'string' && isNumeric && /\d/u.test(value))
    return {
      hint: 'Write the number alone, such as 5 or 0.05: without a unit, a sign of percent, or marks between digits.',
    };
  if (types.includes('array') && !types.includes('string') && !Array.isArray(value))
    return {
      hint: 'Begin each entry with "- " on a line of its own, or write [first, second].',
      setHint: 'Write the list in brackets: [first, second].',
    };
  return { hint: 'Correct the value.' };
}

/** What a text would be if it stood without quotes. */
function typeWithoutQuotes(text: string): 'number' | 'boolean' | 'string' {
  if (/^(?:true|false)$/iu.test(text)) return 'boolean';
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/iu.test(text) ? 'number' : 'string';
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
