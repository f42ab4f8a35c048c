import type { DescribedData } from './describe-data.ts';

/** Pairs of concepts of one kind that are told one by one. */
const pairsTold = 50;

/** What someone should know of labelled images before a run, in words: what will bite, and concepts that are alike. */
export function dataNotes({ description, health: { overlapping, confined, sharedNames } }: DescribedData): string[] {
  const more = overlapping.length - pairsTold;
  return [
    ...description.warnings.map(({ message }) => message),
    ...overlapping
      .slice(0, pairsTold)
      .map(
        ({ first, second, iou }) =>
          `${first.name} (${first.category}) and ${second.name} (${second.category}) have much the same pixels: IoU ${iou.toFixed(2)}`,
      ),
    ...(more > 0 ? [`${String(more)} more pairs of concepts have much the same pixels`] : []),
    ...confined
      .slice(0, pairsTold)
      .map(
        ({ concept, within }) =>
          `${concept.name} (${concept.category}) hardly occurs outside ${within.name} (${within.category})`,
      ),
    ...sharedNames.map(({ name, categories }) => `"${name}" stands in the categories ${categories.join(', ')}`),
  ];
}
