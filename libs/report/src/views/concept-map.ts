import { joined, markup, type Markup } from '../page/markup.ts';
import type { PageData } from '../page/page-data.ts';
import { colour, groupColour } from '../page/palette.ts';
import { textWidth } from '../figures/label-candidates.ts';
import { pixel } from '../figures/ticks.ts';
import { compareNames } from '../tables/name-order.ts';

/** Concepts drawn at most; a search finds the others. */
export const conceptsDrawn = 400;

/** Words for the eight steps of the map's scale: each step doubles. */
export const unitSteps = ['1 unit', '2', '3–4', '5–8', '9–16', '17–32', '33–64', '65 and more'] as const;

/** Pixels that all cells of a row take together on a wide screen, as far as a cell's own limits allow. */
export const cellsWidth = 800;

/** Narrowest and widest cell, in pixels. */
const [narrowestCell, widestCell] = [11, 40];

/** Where the cells of a drawn map lie, in pixels of the drawing. */
export interface MapLayout {
  /** Left edge of the first model. */
  readonly left: number;
  /** Upper edge of the first concept. */
  readonly top: number;
  /** Width of a cell. */
  readonly cellWidth: number;
  /** Height of a cell. */
  readonly cellHeight: number;
  /** Concepts from top to bottom. */
  readonly concepts: readonly number[];
  /** Models from left to right. */
  readonly models: readonly number[];
  /** Width of the drawing. */
  readonly width: number;
  /** Height of the drawing. */
  readonly height: number;
}

/**
 * Lays the map out for a choice of concepts, in clustered order; cells of a row take `room` pixels together, if they
 * can.
 */
export function layOutConceptMap(
  data: PageData,
  chosen: (concept: number) => boolean = () => true,
  room = cellsWidth,
  order: ConceptOrder = 'pattern',
): MapLayout {
  const concepts = orderedConcepts(data, order).filter(chosen).slice(0, conceptsDrawn);
  const models = data.order.models;
  const cellWidth = Math.min(widestCell, Math.max(narrowestCell, Math.floor(room / Math.max(1, models.length))));
  const cellHeight = 13;
  const left = Math.min(
    260,
    16 + Math.max(60, ...concepts.map((concept) => textWidth(conceptLabel(data, concept), 11))),
  );
  const top = Math.min(170, 14 + Math.max(30, ...data.models.map((name) => textWidth(name, 11))) * 0.94);
  return {
    left,
    top,
    cellWidth,
    cellHeight,
    concepts,
    models,
    width: Math.ceil(left + models.length * cellWidth + 70),
    height: Math.ceil(top + concepts.length * cellHeight + 6),
  };
}

/** By what the concepts of the map are ordered: similar patterns together, name, concept category, or all units. */
export type ConceptOrder = 'pattern' | 'concept' | 'category' | 'total';

function orderedConcepts(data: PageData, order: ConceptOrder): readonly number[] {
  const { concepts, conceptCategories, units } = data;
  const all = data.order.concepts;
  if (order === 'pattern') return all;
  const byName = (a: number, b: number): number => compareNames(concepts[a] ?? '', concepts[b] ?? '');
  if (order === 'concept') return [...all].sort(byName);
  if (order === 'category')
    return [...all].sort((a, b) => (conceptCategories[a] ?? 0) - (conceptCategories[b] ?? 0) || byName(a, b));
  const total = (concept: number): number => units.reduce((sum, own) => sum + (own[concept] ?? 0), 0);
  return [...all].sort((a, b) => total(b) - total(a) || byName(a, b));
}

/** Draws the heads of the columns alone, on the panel: they stay while the map scrolls. */
export function drawMapHeads(data: PageData, layout: MapLayout): Markup {
  const { width, top } = layout;
  return markup`<svg class="figure" viewBox="0 0 ${width} ${pixel(top - 1)}" width="${width}" height="${pixel(top - 1)}" aria-hidden="true" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="${colour('panel')}"/>${columnHeads(data, layout)}</svg>`;
}

function columnHeads(data: PageData, { left, top, cellWidth, models }: MapLayout): Markup {
  return joined(
    models.map((model, column) => {
      const x = pixel(left + (column + 0.5) * cellWidth + 4);
      const group = data.groups[model];
      return markup`<text transform="translate(${x} ${pixel(top - 6)}) rotate(-60)" font-size="11" fill="${typeof group === 'number' ? groupColour(group) : colour('quiet')}">${data.models[model]}</text>`;
    }),
  );
}

/** Draws the map: cells of one step are one path of short strokes, so that large maps stay small. */
export function drawConceptMap(data: PageData, layout: MapLayout): Markup {
  const { left, top, cellWidth, cellHeight, concepts, models, width, height } = layout;
  const labels = concepts.map(
    (concept, row) =>
      markup`<text x="${left - 6}" y="${pixel(top + (row + 0.5) * cellHeight + 3.8)}" text-anchor="end" font-size="11" fill="${colour('ink')}">${conceptLabel(data, concept)}</text>`,
  );
  const paths = stepPaths(data, layout).map(
    (path, step) =>
      path !== '' &&
      markup`<path d="${path}" stroke="${colour(`amount-${String(step)}`)}" stroke-width="${cellHeight - 1}" fill="none"/>`,
  );
  const ground = markup`<rect x="${left}" y="${pixel(top)}" width="${models.length * cellWidth}" height="${concepts.length * cellHeight}" fill="${colour('panel')}" stroke="${colour('line')}"/>`;
  return markup`<svg class="figure concept-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Map of ${concepts.length} concepts and ${models.length} models: darker cells have more matching units" font-family="system-ui, sans-serif">${ground}${joined(paths)}${columnHeads(data, layout)}${joined(labels)}</svg>`;
}

/** Label of a concept with its category. */
export function conceptLabel({ concepts, conceptCategories, categories }: PageData, concept: number): string {
  return `${concepts[concept] ?? ''} (${categories[conceptCategories[concept] ?? 0] ?? ''})`;
}

/** Step 0 to 7 of a number of units, which is at least 1. */
export function unitStep(units: number): number {
  return Math.min(7, Math.ceil(Math.log2(units)));
}

function stepPaths(
  data: PageData,
  { left, top, cellWidth, cellHeight, concepts, models }: MapLayout,
): readonly string[] {
  const paths: string[][] = Array.from({ length: 8 }, () => []);
  const stroke = `h${String(cellWidth - 1)}`;
  concepts.forEach((concept, row) => {
    const y = pixel(top + (row + 0.5) * cellHeight);
    models.forEach((model, column) => {
      const units = data.units[model]?.[concept] ?? 0;
      if (units > 0) paths[unitStep(units)]?.push(`M${pixel(left + column * cellWidth)} ${y}${stroke}`);
    });
  });
  return paths.map((path) => path.join(''));
}
