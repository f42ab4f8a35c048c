import { matchScores } from '@intermodel/concept-matching';
import { vocabularyHealth, type LabelShares, type VocabularyHealthOptions } from '@intermodel/data-loading';
import type { VocabularyHealth } from '@intermodel/report';
import { csvText } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { StudyWarning } from './study-record.ts';

/** What the labels of a study allow its units to reach. */
export interface LabelHealth {
  /** Concepts, the least reachable first. */
  readonly rows: readonly VocabularyHealth[];
  /** Text of `vocabulary.csv`. */
  readonly csv: string;
  /** What will bite: concepts out of reach, concepts that coincide, names in several categories. */
  readonly warnings: readonly StudyWarning[];
}

/** Name of the table of the vocabulary in an output folder. */
export const vocabularyFile = 'vocabulary.csv';

/** What a preset asks of a concept. */
export function healthOptions({
  level,
  score,
  gate,
  compareGate,
  ignoredPixels,
}: Study['matching']): Required<Omit<VocabularyHealthOptions, 'overlapIou' | 'score'>> &
  Pick<VocabularyHealthOptions, 'score'> {
  const { of } = matchScores[score];
  return {
    activeShare: 1 - level,
    gate,
    compareGate,
    ignoredPixels,
    ...(score === 'iou' ? {} : { score: (both, active, labelled) => of(both, active, labelled, 1, 0) }),
  };
}

/** A gate in words: the number alone for IoU, else with the name of the score. */
export function statedGate({ score, gate }: Study['matching']): string {
  return score === 'iou' ? String(gate) : `${matchScores[score].title} ${String(gate)}`;
}

/** Says for each concept what a unit that is active as the study's preset has it could reach at best. */
export function labelHealth(description: LabelShares, { matching }: Pick<Study, 'matching'>): LabelHealth {
  const { concepts, unreachable, overlapping, confined, sharedNames } = vocabularyHealth(
    description,
    healthOptions(matching),
  );
  const { score } = matching;
  const { title } = matchScores[score];
  const cell = (name: string, key: keyof (typeof concepts)[number]) => ({
    name,
    cell: (row: number) => concepts[row]?.[key],
  });
  const warn = (text: string): StudyWarning => ({ subject: 'vocabulary', text });
  const pairs = overlapping
    .slice(0, 5)
    .map(
      ({ first, second, iou }) =>
        `${first.name} (${first.category}) and ${second.name} (${second.category}), IoU ${iou.toFixed(2)}`,
    );
  const within = confined
    .slice(0, 5)
    .map(
      ({ concept, within: other }) => `${concept.name} (${concept.category}) within ${other.name} (${other.category})`,
    );
  const names = sharedNames.slice(0, 8).map(({ name, categories }) => `${name} (${categories.join(', ')})`);
  return {
    rows: concepts.map(({ name, category, images, areaShare, highestIou, highestScore }) => ({
      concept: name,
      category,
      images,
      coverage: areaShare,
      reachableIou: highestIou,
      ...(highestScore === undefined ? {} : { reachableScore: { title, value: highestScore } }),
    })),
    csv: csvText(
      [
        cell('concept', 'name'),
        cell('category', 'category'),
        cell('images', 'images'),
        cell('coverage', 'areaShare'),
        cell('reachable_iou', 'highestIou'),
        ...(score === 'iou' ? [] : [cell(`reachable_${score}`, 'highestScore')]),
        cell('can_pass', 'canPass'),
      ],
      concepts.length,
    ),
    warnings: [
      ...(unreachable === 0
        ? []
        : [
            warn(
              `${String(unreachable)} of ${String(concepts.length)} concepts cover so little or so much that no unit can pass the gate of ${statedGate(matching)} with them (${vocabularyFile}, column can_pass).`,
            ),
          ]),
      ...(pairs.length === 0
        ? []
        : [
            warn(
              `${String(overlapping.length)} pairs of concepts largely coincide, so that units cannot tell them apart: ${pairs.join('; ')}${overlapping.length > pairs.length ? '; …' : ''}.`,
            ),
          ]),
      ...(within.length === 0
        ? []
        : [
            warn(
              `${String(confined.length)} concepts hardly occur outside another one, so that a unit for the one may be for the other: ${within.join('; ')}${confined.length > within.length ? '; …' : ''}.`,
            ),
          ]),
      ...(names.length === 0
        ? []
        : [
            warn(
              `${String(sharedNames.length)} names stand in several categories: ${names.join(', ')}${sharedNames.length > names.length ? ', …' : ''}.`,
            ),
          ]),
    ],
  };
}
