import { hashJson } from '../store/canonical-json.ts';
import { stepKey, StepKeys, type StepDescription } from '../store/step-key.ts';
import { HashList } from '../store/hash-list.ts';

/**
 * One step of a graph, as a value: its family and its place in it. All else follows from these, so that a graph of
 * millions of steps stays small.
 */
export class GraphStep<Bench = unknown> implements StepDescription {
  /** Its family. */
  readonly family: StepFamily<Bench>;
  /** Its place in the family, from 0. */
  readonly index: number;

  constructor(family: StepFamily<Bench>, index: number) {
    this.family = family;
    this.index = index;
  }

  /** Key under which its result is stored. */
  get key(): string {
    return this.family.keyOf(this.index);
  }

  get step(): string {
    return this.family.kind;
  }

  get codeVersion(): string {
    return this.family.codeVersion;
  }

  get subject(): string {
    return this.family.subjectOf(this.index);
  }

  get inputs(): Readonly<Record<string, string>> {
    return this.family.inputsOf(this.index);
  }

  get options(): object {
    return this.family.options;
  }

  /** What it is made of as plain data. */
  get description(): StepDescription {
    const { step, codeVersion, subject, inputs, options } = this;
    return { step, codeVersion, subject, inputs, options };
  }
}

/** Key of a step. */
export function keyOf(step: StepDescription): string {
  return step instanceof GraphStep ? step.key : stepKey(step);
}

/** Steps that a step is made of, under one role. */
export type StepInput<Bench> =
  /** The one step of a family that has no more. */
  | { readonly by: 'one'; readonly family: StepFamily<Bench> }
  /** The step of a family that has the same place in it. */
  | { readonly by: 'each'; readonly family: StepFamily<Bench> }
  /** All steps of some families, in their order. */
  | { readonly by: 'all'; readonly families: readonly StepFamily<Bench>[] };

/** Makes steps and stores them. Steps of families that share a maker are made together, as one pass serves them. */
export interface StepMaker<Bench> {
  /**
   * Makes steps whose inputs are stored, and stores them; ones that have nothing to be made of may be left out.
   *
   * @param steps in the order of the graph
   * @param bench what makers work with: it holds nothing that the graph, the store and the files do not say
   */
  make(steps: readonly GraphStep<Bench>[], bench: Bench): Promise<void>;
}

/** What a family of steps is. */
export interface FamilyDefinition<Bench> {
  /** Kind of its steps, such as `overlaps`. */
  readonly kind: string;
  /** Version of the code that makes them; changed whenever the same input would give other bytes. */
  readonly codeVersion: string;
  /** Model that they are about. @default all */
  readonly model?: string;
  /** Place of each step in the study. @default none */
  readonly subject?: string | ((index: number) => string);
  /** Number of its steps, such as that of the shards. @default 1 */
  readonly count?: number;
  /** What each step goes over, such as a number of images, by which its cost is estimated. @default not known */
  readonly extent?: (index: number) => number;
  /** Files that each step reads: SHA-256 of their bytes, by role. @default none */
  readonly files?: (index: number) => Readonly<Record<string, string>>;
  /** Steps that they are made of, by role. @default none */
  readonly from?: Readonly<Record<string, StepInput<Bench>>>;
  /** Steps that the maker reads besides, though their keys are no part of the key. @default none */
  readonly beside?: Readonly<Record<string, StepInput<Bench>>>;
  /** Families that tell of changes of the files under some roles, though they are not made before. @default none */
  readonly told?: Readonly<Record<string, StepFamily<Bench>>>;
  /** Options that enter the keys, as plain data. */
  readonly options: object;
  /** Parts of the result with their forms: the name of a wire table, or `json`, `state`, `bytes`. */
  readonly parts: Readonly<Record<string, string>>;
  /** Whether the study asks for the result; the others only lead there, and may be missing. @default false */
  readonly isResult?: boolean;
  /** Whether the result is stored; else it only stands in the keys of what follows from it. @default true */
  readonly isKept?: boolean;
  /** Whether the parts have to be readable for a step to count as stored, not only to be there. @default false */
  readonly isVerified?: boolean;
  /** Whether they write files outside the store: the process that runs the study makes them. @default false */
  readonly isOutside?: boolean;
  /** Makes them. */
  readonly maker: StepMaker<Bench>;
}

/** Steps of one kind that differ only in the images they are about: a node of the graph. */
export class StepFamily<Bench = unknown> {
  readonly kind: string;
  readonly codeVersion: string;
  readonly model: string;
  readonly count: number;
  readonly from: Readonly<Record<string, StepInput<Bench>>>;
  readonly beside: Readonly<Record<string, StepInput<Bench>>>;
  readonly told: Readonly<Record<string, StepFamily<Bench>>>;
  readonly options: object;
  readonly parts: Readonly<Record<string, string>>;
  readonly isResult: boolean;
  readonly isKept: boolean;
  readonly isVerified: boolean;
  readonly isOutside: boolean;
  readonly maker: StepMaker<Bench>;
  readonly #definition: FamilyDefinition<Bench>;
  readonly #keys: HashList;
  #maker: StepKeys | undefined;
  #whole: string | undefined;

  constructor(definition: FamilyDefinition<Bench>) {
    const { kind, model = '', count = 1, from = {}, beside = {}, told = {}, parts, maker } = definition;
    for (const [role, input] of Object.entries({ ...from, ...beside })) checkInput(definition, role, input);
    this.#definition = definition;
    this.kind = kind;
    this.codeVersion = definition.codeVersion;
    this.model = model;
    this.count = count;
    this.from = from;
    this.beside = beside;
    this.told = told;
    // What is not set must not count as set.
    this.options = JSON.parse(JSON.stringify(definition.options)) as object;
    this.parts = parts;
    this.isResult = definition.isResult ?? false;
    this.isKept = definition.isKept ?? true;
    this.isVerified = definition.isVerified ?? false;
    this.isOutside = definition.isOutside ?? false;
    this.maker = maker;
    this.#keys = new HashList(count);
  }

  /** The step at a place. */
  at(index: number): GraphStep<Bench> {
    if (!(index >= 0 && index < this.count))
      throw new RangeError(`step "${this.kind}" ${String(index)} of ${String(this.count)}`);
    return new GraphStep(this, index);
  }

  /** Key of the step at a place. */
  keyOf(index: number): string {
    const known = this.#keys.get(index);
    if (known !== undefined) return known;
    const { kind: step, codeVersion, options } = this;
    this.#maker ??= new StepKeys({ step, codeVersion, options });
    const key = this.#maker.of(this.at(index).inputs);
    this.#keys.set(index, key);
    return key;
  }

  /** Place in the study of the step at a place. */
  subjectOf(index: number): string {
    const { subject = '' } = this.#definition;
    return typeof subject === 'string' ? subject : subject(index);
  }

  /** What the step at a place goes over, such as a number of images; undefined: not known. */
  extentOf(index: number): number | undefined {
    return this.#definition.extent?.(index);
  }

  /** Hashes of what the step at a place is made of, by role. */
  inputsOf(index: number): Readonly<Record<string, string>> {
    const inputs: Record<string, string> = { ...this.#definition.files?.(index) };
    for (const [role, input] of Object.entries(this.from)) inputs[role] = inputHash(input, index);
    return inputs;
  }

  /** The step of a family that has one. */
  get only(): GraphStep<Bench> {
    if (this.count !== 1) throw new RangeError(`there are ${String(this.count)} steps "${this.kind}"`);
    return this.at(0);
  }

  /** All steps in their order. */
  *steps(): Generator<GraphStep<Bench>> {
    for (let index = 0; index < this.count; index++) yield this.at(index);
  }

  /** Hash of the keys of all steps, in their order. */
  get whole(): string {
    return (this.#whole ??= hashJson(Array.from({ length: this.count }, (_, index) => this.keyOf(index))));
  }
}

/** Families that a step has to do with under one role. */
export function familiesOf<Bench>(input: StepInput<Bench>): readonly StepFamily<Bench>[] {
  return input.by === 'all' ? input.families : [input.family];
}

/** The steps under one role of the step at a place. */
export function* stepsOf<Bench>(input: StepInput<Bench>, index: number): Generator<GraphStep<Bench>> {
  if (input.by === 'each') yield input.family.at(index);
  else for (const family of familiesOf(input)) yield* family.steps();
}

function inputHash<Bench>(input: StepInput<Bench>, index: number): string {
  if (input.by === 'one') return input.family.keyOf(0);
  if (input.by === 'each') return input.family.keyOf(index);
  const [first, ...others] = input.families;
  return first !== undefined && others.length === 0 ? first.whole : hashJson(input.families.map(({ whole }) => whole));
}

function checkInput<Bench>({ kind, count = 1 }: FamilyDefinition<Bench>, role: string, input: StepInput<Bench>): void {
  if (input.by === 'each' && input.family.count !== count)
    throw new RangeError(
      `input "${role}" of ${String(count)} steps "${kind}" has ${String(input.family.count)} steps "${input.family.kind}"`,
    );
  if (input.by === 'one' && input.family.count !== 1)
    throw new RangeError(`input "${role}" of "${kind}" is one of ${String(input.family.count)} steps`);
}
