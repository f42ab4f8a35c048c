import type { ArchitectureFacts, ArchitectureName } from '../architecture.ts';
import {
  architectureFacts,
  checkFacts,
  factImpossible,
  factMissing,
  type ArchitectureFact,
  type CheckedFacts,
} from './architecture-facts.ts';
import type { InputError } from '@intermodel/errors';

/** Facts of a network as its graph takes them: remembers those that nobody said, on which the graph rests. */
export class TakenFacts {
  readonly #architecture: ArchitectureName;
  readonly #given: ArchitectureFacts;
  readonly #facts: CheckedFacts;
  /** Facts that nobody said, with their values. */
  readonly #usual = new Map<string, string | number>();
  readonly #assumed = new Map<string, string>();

  /** @throws InputError as {@link checkFacts} does. */
  constructor(architecture: ArchitectureName, given: ArchitectureFacts) {
    this.#architecture = architecture;
    this.#given = given;
    this.#facts = checkFacts(architecture, given);
  }

  /** A text. `byWeights` is what weights tell where nobody says it. */
  text(name: string, byWeights?: string): string {
    return String(this.#take(name, byWeights));
  }

  /** A number. `byWeights` is what weights tell where nobody says it. */
  number(name: string, byWeights?: number): number {
    return Number(this.#take(name, byWeights));
  }

  /** Whether a fact was said. */
  isGiven(name: string): boolean {
    return this.#given[name] !== undefined;
  }

  /** Tells that a fact must be said. */
  missing(name: string, why: string): InputError {
    return factMissing(this.#architecture, this.#fact(name), why);
  }

  /** Tells that a fact cannot be what it is for these weights. */
  impossible(name: string, why: string, expected: string): InputError {
    return factImpossible(this.#architecture, this.#fact(name), this.#take(name, undefined), { why, expected });
  }

  /** Adds to what the graph rests on. */
  assume(subject: string, sentence: string): void {
    this.#assumed.set(subject, sentence);
  }

  /** What the graph rests on that neither weights nor the caller told: sentences. */
  sentences(): string[] {
    const usual = [...this.#usual].map(([name, value]) => `${name} ${String(value)}`);
    const known = usual.length === 0 ? [] : [`As is usual for a ${this.#architecture}: ${usual.join(', ')}.`];
    return [...known, ...this.#assumed.values()];
  }

  #take(name: string, byWeights: string | number | undefined): string | number {
    const value = this.#facts.get(name) ?? byWeights;
    if (value === undefined) throw this.missing(name, 'weights do not tell it');
    if (!this.isGiven(name)) this.#usual.set(name, value);
    return value;
  }

  #fact(name: string): ArchitectureFact {
    return architectureFacts[this.#architecture].find((fact) => fact.name === name) as ArchitectureFact;
  }
}
