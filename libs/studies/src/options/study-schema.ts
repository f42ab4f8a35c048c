import { keyOf, rowsByGroup, type GroupType } from './option-groups.ts';
import type { OptionRow, OptionType } from './option-row.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Makes the JSON Schema (draft 2020-12) of study files from a table of options. */
export function studySchema(table: readonly OptionRow[]): JsonSchema {
  const schema = new SchemaOfTable(table);
  const study = schema.group('', { kind: 'group', name: 'study' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:intermodel:study:1',
    title: 'Study of intermodel',
    description:
      'Models, labelled images and choices of one study: what `intermodel run` reads. Relative paths are taken from the folder of the study file.',
    ...study,
    $defs: Object.fromEntries(schema.definitions),
  };
}

/** What an option does, with what holds where it is not given, unless that is a plain value. */
export function describeOption({ help, otherwise }: OptionRow): string {
  return otherwise === undefined ? help : `${help} Unless given: ${otherwise}.`;
}

class SchemaOfTable {
  /** Groups by their names. */
  readonly definitions = new Map<string, JsonSchema>();
  readonly #groups: ReadonlyMap<string, readonly OptionRow[]>;

  constructor(table: readonly OptionRow[]) {
    this.#groups = rowsByGroup(table);
  }

  /** Schema of the keys below a path. */
  group(path: string, { about, fewest }: GroupType): JsonSchema {
    const rows = this.#groups.get(path) ?? [];
    const required = rows.filter(({ isRequired }) => isRequired === true).map((row) => keyOf(row.path));
    const dependent = rows.flatMap((row) => (row.beside === undefined ? [] : [[keyOf(row.path), row.beside]]));
    return {
      ...(about === undefined ? {} : { description: about }),
      type: 'object',
      additionalProperties: false,
      ...(fewest === undefined ? {} : { minProperties: fewest }),
      ...(required.length === 0 ? {} : { required }),
      ...(dependent.length === 0 ? {} : { dependentRequired: Object.fromEntries(dependent) as unknown }),
      properties: Object.fromEntries(rows.map((row) => [keyOf(row.path), this.#option(row)])),
    };
  }

  #option(row: OptionRow): JsonSchema {
    return {
      ...this.#form(row.type, row.path),
      description: describeOption(row),
      ...(row.default === undefined ? {} : { default: row.default }),
    };
  }

  #form(type: OptionType, path: string): JsonSchema {
    switch (type.kind) {
      case 'text':
        return {
          type: 'string',
          ...(type.mayBeEmpty === true ? {} : { minLength: 1 }),
          ...(type.longest === undefined ? {} : { maxLength: type.longest }),
        };
      case 'choice':
        return { type: 'string', enum: type.choices };
      case 'truth':
        return { type: 'boolean' };
      case 'whole':
      case 'number': {
        const { kind, unit, not, ...limits } = type;
        return {
          type: kind === 'whole' ? 'integer' : 'number',
          ...limits,
          ...(not === undefined ? {} : { not: { const: not } }),
        };
      }
      case 'list':
        return {
          type: 'array',
          ...(type.fewest === undefined ? {} : { minItems: type.fewest }),
          ...(type.most === undefined ? {} : { maxItems: type.most }),
          ...(type.isUnique === undefined ? {} : { uniqueItems: type.isUnique }),
          items: this.#form(type.of, `${path}[]`),
        };
      case 'group': {
        // What is made of a group stands once, wherever it is used.
        if (!this.definitions.has(type.name)) this.definitions.set(type.name, this.group(path, type));
        return { $ref: `#/$defs/${type.name}` };
      }
      case 'either':
        return this.#either(type.of, path);
    }
  }

  /** One schema of several forms, of which each has a JSON type of its own: a message can then speak of all of them. */
  #either(forms: readonly OptionType[], path: string): JsonSchema {
    const parts = forms.map((form) => (form.kind === 'group' ? this.group(path, form) : this.#form(form, path)));
    const choice = forms.findIndex(({ kind }) => kind === 'choice');
    return {
      ...Object.assign({}, ...parts.filter((_, index) => index !== choice)),
      type: parts.map(({ type }) => type),
      ...(choice < 0 ? {} : { if: { type: 'string' }, then: parts[choice] }),
    } as JsonSchema;
  }
}
