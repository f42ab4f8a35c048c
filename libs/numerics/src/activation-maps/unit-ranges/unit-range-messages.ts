import type { UnitRangeWork } from './unit-range-work.ts';

/** A call of a method of the work. */
export type RangeRequest = {
  readonly [Method in keyof UnitRangeWork]: {
    readonly method: Method;
    readonly given: Parameters<UnitRangeWork[Method]>;
  };
}[keyof UnitRangeWork];

/** Result of a call, or what went wrong. */
export type RangeAnswer = { readonly value: unknown } | { readonly error: unknown };
