/** What units of models match, in one way of feeding images or of laying labels on them. */
export interface Attempt {
  /** Units of all layers. */
  readonly units: number;
  /** Those that pass the gate. */
  readonly matching: number;
  /** Mean over the units of the IoU with their best concept. */
  readonly iou: number;
  /** The same with labels of other images: what chance gives. */
  readonly chance: number;
}

/** What another way must give more than the one that was declared to be told of: weak models differ by chance. */
export const betterBy = { times: 1.25, iou: 0.01 } as const;

/**
 * Finds the attempt that matches clearly better than what was declared: by the mean IoU of the units beyond what chance
 * gives, at least {@link betterBy} as much, and that much more. Undefined where none does.
 */
export function findBetter<Each extends Attempt>(declared: Attempt, others: readonly Each[]): Each | undefined {
  const own = beyondChance(declared);
  const [best] = others.toSorted((one, other) => beyondChance(other) - beyondChance(one));
  if (best === undefined) return undefined;
  const found = beyondChance(best);
  return found - own >= betterBy.iou && found >= own * betterBy.times ? best : undefined;
}

/** Mean IoU of the units beyond chance. */
export function beyondChance({ iou, chance }: Attempt): number {
  return iou - chance;
}

/** Attempts on several models as one. */
export function joinAttempts(attempts: readonly Attempt[]): Attempt {
  const units = attempts.reduce((sum, each) => sum + each.units, 0);
  const mean = (of: 'iou' | 'chance') =>
    units === 0 ? 0 : attempts.reduce((sum, each) => sum + each[of] * each.units, 0) / units;
  return {
    units,
    matching: attempts.reduce((sum, { matching }) => sum + matching, 0),
    iou: mean('iou'),
    chance: mean('chance'),
  };
}
