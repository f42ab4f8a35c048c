import { InputError } from '@intermodel/errors';

/** What it may take to find out about a model by the runtime. */
export interface ProbeLimits {
  /** Seconds. @default 60 */
  readonly probeSeconds?: number;
  /** Memory (MiB), beside that for the weights. @default 2048 */
  readonly probeMegabytes?: number;
}

/** What holds unless it is given. */
export const probeDefaults = { probeSeconds: 60, probeMegabytes: 2048 } as const satisfies ProbeLimits;

/**
 * Most values of a tensor for one image: nobody dissects maps of 2 GiB, and a file of a few bytes can ask for any
 * number.
 */
const valuesMost = 2 ** 29;

/**
 * Refuses shapes whose values no machine has memory for, before anything is run. @throws InputError `TENSOR_TOO_LARGE`
 * with the name of the tensor.
 */
export function checkSizes(
  file: string,
  shapes: Iterable<readonly [tensor: string, shape: readonly (number | undefined)[]]>,
): void {
  for (const [tensor, shape] of shapes) {
    if (shape.reduce<number>((product, size) => product * Math.max(1, size ?? 1), 1) <= valuesMost) continue;
    throw new InputError(
      'TENSOR_TOO_LARGE',
      `this tensor has ${shape.map((size) => String(size ?? '?')).join(' x ')} values for one image`,
      {
        file,
        column: tensor,
        columnIs: 'tensor',
        expected: `at most ${String(valuesMost)} values`,
        hint: 'Take a smaller input, or export the model without the part that makes this tensor.',
      },
    );
  }
}
