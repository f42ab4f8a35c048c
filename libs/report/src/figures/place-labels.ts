import {
  collide,
  labelCandidates,
  linesCross,
  type LabelCandidate,
  type LabelledMark,
  type LabelSpace,
  type PlacedLabel,
} from './label-candidates.ts';

/** What a label that is left out costs: more than any place. */
const absenceCost = 60;

/** What each crossing of two lines costs. */
const crossingCost = 8;

/** Marks beyond which none is labelled: there is no room for names, and all pairs of places would be compared. */
export const mostLabelled = 1000;

/** Rounds of improvement at most; most crowds settle after two or three. */
const rounds = 10;

/**
 * Places labels so that no two overlap, none covers a mark, and no line runs through another label or mark; a label for
 * which there is no room is left out (`undefined`). Starts with the labels that have least choice, then lets each label
 * in turn take its best place, where one other label may have to give way, as long as the whole gains by it. Ties go by
 * index, so equal input gives equal places. Beyond {@link mostLabelled} marks no label is placed.
 */
export function placeLabels(marks: readonly LabelledMark[], space: LabelSpace): readonly (PlacedLabel | undefined)[] {
  if (marks.length > mostLabelled) return marks.map(() => undefined);
  const options = marks.map((_, index) => labelCandidates(index, marks, space));
  const places = firstPlaces(options);
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (const index of options.keys()) moved = improve(index, options, places) || moved;
    if (!moved) break;
  }
  return places.map((place) => place?.label);
}

type Places = (LabelCandidate | undefined)[];

/** Each label in its best free place, those with the fewest places first. */
function firstPlaces(options: readonly (readonly LabelCandidate[])[]): Places {
  const free = options.map((all) => all);
  const places: Places = options.map(() => undefined);
  const waiting = new Set(options.keys());
  while (waiting.size > 0) {
    let [next, fewest] = [-1, Number.POSITIVE_INFINITY];
    for (const index of waiting) {
      const count = free[index]?.length ?? 0;
      if (count < fewest) [next, fewest] = [index, count];
    }
    waiting.delete(next);
    const choice = free[next]?.[0];
    if (choice === undefined) continue;
    places[next] = choice;
    for (const index of waiting) free[index] = (free[index] ?? []).filter((other) => !collide(other, choice));
  }
  return places;
}

/** Moves a label to where the whole is cheapest; one other label may be moved or left out for it. */
function improve(own: number, options: readonly (readonly LabelCandidate[])[], places: Places): boolean {
  const before = places[own];
  let best = { gain: 1e-9, place: before, other: -1, otherPlace: undefined as LabelCandidate | undefined };
  for (const place of options[own] ?? []) {
    if (place === before) continue;
    const blocking = blockers(own, place, places);
    if (blocking.length > 1) continue;
    const other = blocking[0] ?? -1;
    const otherPlace = other < 0 ? undefined : cheapest(other, options, places, own, place);
    const now = costOf(own, before, places, -1) + (other < 0 ? 0 : costOf(other, places[other], places, own));
    const then =
      costOf(own, place, places, other) +
      (other < 0
        ? 0
        : costOf(other, otherPlace, places, own) +
          (otherPlace !== undefined && linesCross(place, otherPlace) ? crossingCost : 0));
    if (now - then > best.gain) best = { gain: now - then, place, other, otherPlace };
  }
  if (best.place === before) return false;
  places[own] = best.place;
  if (best.other >= 0) places[best.other] = best.otherPlace;
  return true;
}

/** Labels that stand where a candidate wants to stand. */
function blockers(own: number, place: LabelCandidate, places: Places): readonly number[] {
  const found: number[] = [];
  for (const [index, other] of places.entries()) {
    if (index !== own && other !== undefined && collide(place, other) && found.push(index) > 1) break;
  }
  return found;
}

/** Best place of a label once another one has taken its own. */
function cheapest(
  index: number,
  options: readonly (readonly LabelCandidate[])[],
  places: Places,
  taker: number,
  taken: LabelCandidate,
): LabelCandidate | undefined {
  return (options[index] ?? []).find(
    (place) =>
      !collide(place, taken) &&
      places.every((other, at) => at === index || at === taker || other === undefined || !collide(place, other)),
  );
}

/** Cost of a place with its crossings; `besides` is a label that is about to move. */
function costOf(own: number, place: LabelCandidate | undefined, places: Places, besides: number): number {
  if (place === undefined) return absenceCost;
  const crossings =
    place.line === undefined
      ? 0
      : places.filter((other, at) => at !== own && at !== besides && other !== undefined && linesCross(place, other))
          .length;
  return place.cost + crossings * crossingCost;
}
