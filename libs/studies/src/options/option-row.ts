/** Kinds of steps whose keys options can enter. */
export const optionSteps = [
  'labels',
  'maps',
  'histogram',
  'top',
  'own',
  'features',
  'thresholds',
  'overlaps',
  'matches',
  'nulls',
  'replicates',
  'gallery',
  'profiles',
  'embedding',
  'bootstrap',
  'relations',
  'claims',
  'probe',
] as const;

/** Kind of a step whose key options can enter. */
export type OptionStep = (typeof optionSteps)[number];

/** Headings of options in the help of commands, in their order there. */
export const optionHeadings = [
  'Models',
  'Images and labels',
  'Tasks',
  'Matching',
  'Embedding and scores',
  'Report',
  'Store and machine',
] as const;

/** Heading that an option stands under in the help of commands. */
export type OptionHeading = (typeof optionHeadings)[number];

/** What values an option may have, with unit and range. */
export type OptionType =
  | {
      readonly kind: 'text';
      /** Whether it may be without a character. */
      readonly mayBeEmpty?: boolean;
      /** Most characters. */
      readonly longest?: number;
      /** What it is the name of. */
      readonly names?: 'file' | 'folder' | 'tensor';
      /** What the file or folder, which must be there, is to a run, as manifests state it; absent: it need not be. */
      readonly role?: string;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'truth' }
  | {
      readonly kind: 'whole' | 'number';
      readonly unit?: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly exclusiveMinimum?: number;
      readonly exclusiveMaximum?: number;
      /** The one value that it must not have. */
      readonly not?: number;
    }
  | {
      readonly kind: 'list';
      readonly of: OptionType;
      readonly fewest?: number;
      readonly most?: number;
      readonly isUnique?: boolean;
    }
  /** Keys that have rows of their own, below the path of this one. */
  | {
      readonly kind: 'group';
      /** Name of what it is, for the type (`data`: `DataContent`) and the JSON Schema (`#/$defs/data`). */
      readonly name: string;
      /** What one of them is, where it is an entry of a list. */
      readonly about?: string;
      /** Fewest keys that must be given. */
      readonly fewest?: number;
    }
  /** A value of one form or another, such as a name or a group of keys. */
  | { readonly kind: 'either'; readonly of: readonly OptionType[] };

/** How an option is given on the command line. */
export interface OptionFlag {
  /** Flag with its placeholder: `--max-pixels <N>`; without one for a truth. */
  readonly flags: string;
  /** Commands that have it. */
  readonly commands: readonly string[];
  /** Heading that it stands under in the help. */
  readonly heading: OptionHeading;
  /** Help where it is not that of the row. */
  readonly help?: string;
}

/** One option of a study: everything about it that is not the code that uses it. */
export interface OptionRow {
  /** Keys of the study file from the outermost on, with `[]` behind one that holds a list: `models[].input.width`. */
  readonly path: string;
  /** What values it may have. */
  readonly type: OptionType;
  /** Whether it must be given where the group around it is. */
  readonly isRequired?: boolean;
  /** Keys of the same group that must be given where this one is. */
  readonly beside?: readonly string[];
  /** Value where none is given. */
  readonly default?: unknown;
  /** What holds where none is given, if that is no single value: `as many as fit well into memory`. */
  readonly otherwise?: string;
  /** What it does: a sentence or two without the default. */
  readonly help: string;
  /** How it is given on the command line, which may differ between commands; absent: study files alone have it. */
  readonly flags?: readonly OptionFlag[];
  /** How report and manifest state it: its name, and what its values mean. */
  readonly words?: { readonly name?: string; readonly values?: Readonly<Record<string, string>> };
  /**
   * Kinds of steps whose keys it enters, a group as a whole; absent: none. Files enter by their content, and what
   * follows from an option alone (such as a vocabulary) by itself.
   */
  readonly enters?: readonly OptionStep[];
}
