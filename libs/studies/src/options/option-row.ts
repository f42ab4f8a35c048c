/** Kinds of steps whose keys options can enter. */
export const optionSteps = [
  'labels',
  'maps',
  'histogram',
  'top',
  'own',
  'thresholds',
  'overlaps',
  'matches',
  'gallery',
  'profiles',
  'embedding',
  'relations',
] as const;

/** Kind of a step whose key options can enter. */
export type OptionStep = (typeof optionSteps)[number];

/** What values an option may have, with unit and range. */
export type OptionType =
  | { readonly kind: 'text'; readonly longest?: number; readonly names?: 'file' | 'folder' | 'tensor' }
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
  /** Keys that have rows of their own. */
  | {
      readonly kind: 'group';
      readonly required?: readonly string[];
      readonly fewest?: number;
      /** Keys that must be there where another one is. */
      readonly together?: Readonly<Record<string, readonly string[]>>;
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
  readonly heading: string;
  /** Help where it is not that of the row. */
  readonly help?: string;
}

/** One option of a study: everything about it that is not the code that uses it. */
export interface OptionRow {
  /** Keys of the study file from the outermost on, with `[]` behind one that holds a list: `models[].input.width`. */
  readonly path: string;
  /** What values it may have. */
  readonly type: OptionType;
  /** Value where none is given. */
  readonly default?: unknown;
  /** What holds where none is given, if that is no single value: `as many as fit well into memory`. */
  readonly otherwise?: string;
  /** What it does, in a sentence or two without the default. */
  readonly help: string;
  /** How it is given on the command line; absent: study files alone have it. */
  readonly flag?: OptionFlag;
  /** How report and manifest state it: its name, and what its values mean. */
  readonly words?: { readonly name: string; readonly values?: Readonly<Record<string, string>> };
  /** Kinds of steps whose keys it enters; absent: it changes nothing that is stored. */
  readonly enters?: readonly OptionStep[];
}
