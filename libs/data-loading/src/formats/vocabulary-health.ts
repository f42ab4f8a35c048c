import { scorePasses } from '@intermodel/numerics';
import type { ConceptShare, DatasetDescription } from './dataset-description.ts';

/** Options of {@link vocabularyHealth}. */
export interface VocabularyHealthOptions {
  /** Share of pixels on which a unit is active, 0 to 1: one minus the quantile level. @default 0.01 */
  readonly activeShare?: number;
  /** Score that a unit has to exceed to count as a detector. @default 0.04 (IoU, Bau et al. 2017) */
  readonly gate?: number;
  /** Whether a score equal to the gate passes too. @default '>', as most presets have it */
  readonly compareGate?: '>' | '>=';
  /**
   * Whether pixels that nobody judged are left out of every area, or count as unlabelled, as the preset has it.
   * @default 'unlabelled', as all presets have it
   */
  readonly ignoredPixels?: 'unlabelled' | 'left-out';
  /** Two concepts whose pixels have at least this IoU are reported as overlapping, 0 to 1. @default 0.5 */
  readonly overlapIou?: number;
  /** Score that the gate is one of, where it is not IoU. @default IoU */
  readonly score?: ScoreOfShares | undefined;
}

/**
 * A score of a unit and a concept that rises with their overlap, from shares of all pixels.
 *
 * @param both where the unit is active and the concept labelled
 * @param active where the unit is active
 * @param labelled where the concept is labelled
 */
export type ScoreOfShares = (both: number, active: number, labelled: number) => number;

/** Defaults of {@link vocabularyHealth}. */
export const vocabularyHealthDefaults = {
  activeShare: 0.01,
  gate: 0.04,
  compareGate: '>',
  ignoredPixels: 'unlabelled',
  overlapIou: 0.5,
} as const satisfies VocabularyHealthOptions;

/** What a unit can reach with one concept. */
export interface ConceptHealth extends ConceptShare {
  /** Share of the pixels that bear the concept, 0 to 1; of the judged ones, where the others are left out. */
  readonly areaShare: number;
  /** Highest IoU that a unit active on the chosen share can have with it: the smaller area over the larger. */
  readonly highestIou: number;
  /** Highest score that such a unit can have, where the gate is one of another score. */
  readonly highestScore?: number;
  /** Whether that passes the gate. */
  readonly canPass: boolean;
}

/** Two concepts that no unit can tell apart well, since they bear much the same pixels. */
export interface OverlappingConcepts {
  /** The concept of lower number. */
  readonly first: ConceptShare;
  /** The other. */
  readonly second: ConceptShare;
  /** Intersection over union of their pixels. */
  readonly iou: number;
}

/** A concept that hardly occurs outside another one, of another category: a unit for the one may be for the other. */
export interface ConfinedConcept {
  /** The concept. */
  readonly concept: ConceptShare;
  /** What it hardly occurs outside of. */
  readonly within: ConceptShare;
  /** Share of its pixels that lie there, 0 to 1. */
  readonly share: number;
}

/** Least share of pixels within another concept, fewest images, and largest area of the other, of a confined one. */
const confinement = { share: 0.99, images: 10, area: 0.5 } as const;

/** How fit a vocabulary is for a dissection of its data set. */
export interface VocabularyHealth {
  /** All concepts, the least reachable first, by number where equal. */
  readonly concepts: readonly ConceptHealth[];
  /** Number of concepts that no unit can pass the gate with. */
  readonly unreachable: number;
  /** Pairs of concepts that largely coincide, the most alike first. */
  readonly overlapping: readonly OverlappingConcepts[];
  /**
   * Concepts of which at least 99 % lie within one of another category that covers at most half of all; parts within
   * objects are where they belong, and pairs that coincide are told as such.
   */
  readonly confined: readonly ConfinedConcept[];
  /** Names that stand in several categories, with these. */
  readonly sharedNames: readonly { readonly name: string; readonly categories: readonly string[] }[];
}

/**
 * Says before a long run what a unit could reach at best: with activation share A and concept share G, IoU is at most
 * min(A, G) / max(A, G), so that concepts far from A in area can never pass the gate.
 */
export function vocabularyHealth(
  description: Pick<DatasetDescription, 'concepts' | 'overlaps' | 'ignoredShare'>,
  options: VocabularyHealthOptions = {},
): VocabularyHealth {
  const defaults = vocabularyHealthDefaults;
  const {
    activeShare = defaults.activeShare,
    gate = defaults.gate,
    compareGate = defaults.compareGate,
    ignoredPixels = defaults.ignoredPixels,
    overlapIou = defaults.overlapIou,
    score,
  } = options;
  const judged = ignoredPixels === 'left-out' ? 1 - description.ignoredShare : 1;
  const concepts = description.concepts.map((concept): ConceptHealth => {
    const areaShare = judged === 0 ? 0 : concept.pixelShare / judged;
    const highestIou = areaShare === 0 ? 0 : Math.min(activeShare, areaShare) / Math.max(activeShare, areaShare);
    const highestScore = score?.(Math.min(activeShare, areaShare), activeShare, areaShare);
    return {
      ...concept,
      areaShare,
      highestIou,
      ...(highestScore === undefined ? {} : { highestScore }),
      canPass: scorePasses(highestScore ?? highestIou, compareGate, gate),
    };
  });
  const reach = ({ highestScore, highestIou }: ConceptHealth) => highestScore ?? highestIou;
  const byNumber = new Map(description.concepts.map((concept) => [concept.number, concept]));
  const overlapping = description.overlaps.flatMap(({ first, second, pixelShare }): OverlappingConcepts[] => {
    const [one, other] = [byNumber.get(first), byNumber.get(second)];
    if (one === undefined || other === undefined) return [];
    const iou = pixelShare / (one.pixelShare + other.pixelShare - pixelShare);
    return iou >= overlapIou ? [{ first: one, second: other, iou }] : [];
  });
  const coinciding = new Set(
    overlapping.map(({ first, second }) => `${String(first.number)} ${String(second.number)}`),
  );
  const confined = description.overlaps
    .filter(({ first, second }) => !coinciding.has(`${String(first)} ${String(second)}`))
    .flatMap(({ first, second, pixelShare }) => {
      const [one, other] = [byNumber.get(first), byNumber.get(second)];
      if (one === undefined || other === undefined) return [];
      return [
        { concept: one, within: other, share: pixelShare / one.pixelShare },
        { concept: other, within: one, share: pixelShare / other.pixelShare },
      ].filter(isConfined);
    });
  const categories = new Map<string, string[]>();
  for (const { name, category } of description.concepts)
    categories.set(name, [...(categories.get(name) ?? []), category]);
  return {
    concepts: concepts.sort((a, b) => reach(a) - reach(b) || a.number - b.number),
    unreachable: concepts.filter(({ canPass }) => !canPass).length,
    overlapping: overlapping.sort(
      (a, b) => b.iou - a.iou || a.first.number - b.first.number || a.second.number - b.second.number,
    ),
    confined: confined.sort(
      (a, b) => b.concept.images - a.concept.images || a.concept.number - b.concept.number || b.share - a.share,
    ),
    sharedNames: [...categories]
      .filter(([, some]) => some.length > 1)
      .map(([name, some]) => ({ name, categories: some })),
  };
}

function isConfined({ concept, within, share }: ConfinedConcept): boolean {
  return (
    share >= confinement.share &&
    concept.images >= confinement.images &&
    within.pixelShare <= confinement.area &&
    concept.category !== within.category &&
    !(concept.category === 'part' && within.category === 'object')
  );
}
