import { imageGeometries } from '../images/image-geometry.ts';
import type { LabelConcept } from '../labels/label-vocabulary.ts';
import { spatialParts } from '../spatial-parts/cut-spatial-parts.ts';
import { parsingNumbers } from './parsing-numbers.ts';
import {
  noneName,
  ownersByNumber,
  type ColourLabels,
  type ParsingLabels,
  type SegmenterLabels,
} from './segmenter-labels.ts';
import type { SegmenterHead, SegmenterInput } from './segmenter.ts';

/**
 * How the networks of the published study see images: squashed to 256 x 256, the centre of them, values 0 to 255; what
 * else they need is in their graphs.
 *
 * @param side rows and columns of the crop, in pixels
 */
export function dissect2020Input(side: number = imageGeometries['dissect-2020'].height): SegmenterInput {
  const { resize, shortestSide } = imageGeometries['dissect-2020'];
  return {
    ...{ height: side, width: side, resize, shortestSide: Math.max(side, shortestSide) },
    ...{ filter: 'bilinear', channels: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  };
}

/**
 * Heads of a network as its graph puts them out: class numbers at a quarter of the image. Parts are trusted within their
 * owners by the graph; those that are also objects are these objects. Numbers are those of the published study.
 *
 * @param labels names of its classes
 * @param all names of all networks of the study, of which colours are numbered after the others
 */
export function dissect2020Heads(labels: SegmenterLabels, all: readonly SegmenterLabels[]): SegmenterHead[] {
  return labels.network === 'colours' ? colourHeads(labels, firstColour(all)) : parsingHeads(labels);
}

const decided = { decide: 'numbers', upsample: false } as const;

function parsingHeads(labels: ParsingLabels): SegmenterHead[] {
  const { objects, materials } = labels;
  const { firstMaterial, numberOfPart } = parsingNumbers(labels);
  const named = (names: readonly string[], numberOf: (index: number) => number) =>
    names.flatMap((name, index) => (index === 0 ? [] : [{ index, name, number: numberOf(index) }]));
  const parts = ownersByNumber(labels).flatMap((owner) => owner.parts);
  return [
    { ...decided, tensor: 'object', category: 'object', classes: named(objects, (index) => index) },
    {
      ...decided,
      tensor: 'material',
      category: 'material',
      classes: named(materials, (index) => firstMaterial + index - 1),
    },
    {
      ...decided,
      tensor: 'part',
      category: 'part',
      classes: parts.flatMap((name, index) => (name === noneName ? [] : [{ index, name, ...numberOfPart(name) }])),
    },
  ];
}

/** The number of the colour network's own class for none, after which its colours follow. */
function firstColour(all: readonly SegmenterLabels[]): number {
  const parsing = all.find((labels) => labels.network === 'unified-parsing');
  return parsing === undefined ? 0 : parsingNumbers(parsing).next;
}

function colourHeads({ classes, categories }: ColourLabels, none: number): SegmenterHead[] {
  const named = classes.flatMap(({ name, category, isNone }, index) => (isNone ? [] : [{ index, name, category }]));
  const numbered = named.map((each, place) => ({ ...each, number: none + 1 + place }));
  return categories.map((category) => ({
    ...decided,
    tensor: category,
    category,
    classes: numbered.flatMap(({ category: own, ...each }) => (own === category ? [each] : [])),
  }));
}

/** An entry of the published list of labels. */
export interface PublishedLabel extends LabelConcept {
  /** Whether it stands for nothing, so that no unit is matched with it. */
  readonly isNone: boolean;
}

/**
 * All labels of the published study by number from 0, those for none included: that of unified parsing, and that of the
 * colour network, which the published code numbers too. With the published networks they are 1,825.
 */
export function dissect2020Labels(all: readonly SegmenterLabels[]): PublishedLabel[] {
  const concepts = new Map<number, PublishedLabel>();
  const add = (number: number, name: string, category: string) => {
    concepts.set(number, { number, name, category, isNone: name === noneName });
  };
  add(0, noneName, noneName);
  for (const labels of all) {
    if (labels.network === 'colours') add(firstColour(all), noneName, noneName);
    else {
      const largest = labels.objects.length - 1;
      for (const [place, suffix] of spatialParts.suffixes.entries())
        for (let object = 1; object <= largest; object++)
          add(object + (place + 1) * largest, `${labels.objects[object] ?? ''}${suffix}`, spatialParts.category);
    }
    for (const { category, classes } of dissect2020Heads(labels, all))
      for (const { number, name, category: own = category } of classes)
        if (number !== undefined) add(number, name, own);
  }
  return [...concepts.values()].sort((a, b) => a.number - b.number);
}
