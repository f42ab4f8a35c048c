import type { Network } from '../architecture.ts';
import { floatsOf, isFloatType } from './weight-values.ts';

/** Variances of batch normalisation that cannot be such. */
export interface NegativeVariances {
  /** Name of the weights. */
  readonly name: string;
  /** Channels whose variance is below 0. */
  readonly channels: number;
}

/** Finds variances below 0, of which batch normalisation makes values that are no numbers. */
export function negativeVariances({ weights }: Pick<Network, 'weights'>): NegativeVariances[] {
  return [...weights].flatMap(([name, tensor]) => {
    if (!name.endsWith('.running_var') || !isFloatType(tensor.type)) return [];
    const channels = floatsOf(tensor.read(), tensor.type).filter((value) => value < 0).length;
    return channels === 0 ? [] : [{ name, channels }];
  });
}
