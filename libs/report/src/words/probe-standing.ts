import type { ProbeColumn, ProbeDifference } from '../tables/probes.ts';

/** How a model stands to the others by one score. */
export interface Standing {
  /** Name of the model. */
  readonly model: string;
  /** Models that it does better than, supported. */
  readonly better: readonly string[];
  /** Models that it does worse than, supported. */
  readonly worse: readonly string[];
  /** Models that it was compared with, and that no supported difference tells apart from it. */
  readonly level: readonly string[];
}

/** The better of two models where their difference is supported; else undefined. */
export function betterModel(
  { higherIsBetter }: Pick<ProbeColumn, 'higherIsBetter'>,
  { model, other, low, supported }: ProbeDifference,
): string | undefined {
  if (!supported) return undefined;
  return low > 0 === higherIsBetter ? model : other;
}

/** How the models of a score stand to each other, all in the order of the models. */
export function standings(column: ProbeColumn): readonly Standing[] {
  const models = column.scores.map(({ model }) => model);
  const outcomes = new Map(models.map((model) => [model, new Map<string, keyof Omit<Standing, 'model'>>()]));
  for (const each of column.differences) {
    const better = betterModel(column, each);
    for (const [one, other] of [
      [each.model, each.other],
      [each.other, each.model],
    ] as const)
      outcomes.get(one)?.set(other, better === undefined ? 'level' : better === one ? 'better' : 'worse');
  }
  return models.map((model) => {
    const to = (outcome: keyof Omit<Standing, 'model'>) =>
      models.filter((other) => outcomes.get(model)?.get(other) === outcome);
    return { model, better: to('better'), worse: to('worse'), level: to('level') };
  });
}
