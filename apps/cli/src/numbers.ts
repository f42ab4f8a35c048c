import { InvalidArgumentError } from 'commander';

/** Reads a whole number option of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < minimum)
      throw new InvalidArgumentError(`expected a whole number of at least ${String(minimum)}.`);
    return value;
  };
}

/** Reads the number of pixels that nobody judged: any that label files can hold but 0, which means unlabelled. */
export function ignoredNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value === 0 || value > 65_535 || value < -2_147_483_648)
    throw new InvalidArgumentError('expected a whole number up to 65535 other than 0, such as 255 or -1.');
  return value;
}

/** Reads a share option, 0..1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}

/** Reads an amount, at least 0. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Infinity)
    throw new InvalidArgumentError('expected a number of at least 0.');
  return value;
}

/** Gathers an option that may be given several times. */
export function repeated(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
