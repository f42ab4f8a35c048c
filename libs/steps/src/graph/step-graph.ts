import { familiesOf, type GraphStep, type StepFamily } from './step-family.ts';

/** The steps of a study in an order in which they can be made; nothing of it was run. */
export class StepGraph<Bench = unknown> {
  /** Families, each behind those that it is made of. */
  readonly families: readonly StepFamily<Bench>[];

  /**
   * @param families in an order in which they can be made
   * @throws RangeError for a family that stands before one that it is made of, or twice.
   */
  constructor(families: readonly StepFamily<Bench>[]) {
    const known = new Set<StepFamily<Bench>>();
    for (const family of families) {
      for (const [role, input] of Object.entries({ ...family.from, ...family.beside }))
        for (const upstream of familiesOf(input))
          if (!known.has(upstream))
            throw new RangeError(`"${family.kind}" stands before its input "${role}", steps "${upstream.kind}"`);
      if (known.has(family)) throw new RangeError(`steps "${family.kind}" stand twice in a graph`);
      known.add(family);
    }
    this.families = families;
  }

  /** Families whose results are stored. */
  get kept(): readonly StepFamily<Bench>[] {
    return this.families.filter(({ isKept }) => isKept);
  }

  /** Families of a kind. */
  of(kind: string): readonly StepFamily<Bench>[] {
    return this.families.filter((family) => family.kind === kind);
  }

  /** All steps whose results are stored, in the order in which they can be made. */
  *steps(): Generator<GraphStep<Bench>> {
    for (const family of this.kept) yield* family.steps();
  }

  /** Keys of all that is stored of the study. */
  keys(): Set<string> {
    const keys = new Set<string>();
    for (const { key } of this.steps()) keys.add(key);
    return keys;
  }

  /**
   * Families whose results each family follows from: its inputs, and for those that are not kept what these follow from.
   * Of files, the families that tell of them.
   */
  upstream(family: StepFamily<Bench>): ReadonlyMap<string, readonly StepFamily<Bench>[]> {
    const kept = (each: StepFamily<Bench>): readonly StepFamily<Bench>[] =>
      each.isKept ? [each] : Object.values(each.from).flatMap((input) => familiesOf(input).flatMap(kept));
    return new Map([
      ...Object.entries(family.told).map(([role, telling]) => [role, [telling]] as const),
      ...Object.entries(family.from).map(
        ([role, input]) => [role, [...new Set(familiesOf(input).flatMap(kept))]] as const,
      ),
    ]);
  }
}
