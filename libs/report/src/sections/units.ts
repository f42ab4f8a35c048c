import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, significant } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import {
  mapGrades,
  type GalleryImage,
  type GalleryUnit,
  type GradedMap,
  type UnitGallery,
  type UnitMaps,
} from '../tables/unit-gallery.ts';
import { regionPath } from '../figures/region-path.ts';
import type { PlacedImages } from '../page/place-images.ts';

/** The gallery of units, or undefined where no dissection with images is in the study. */
export function unitsSection(page: PageContext, images: PlacedImages): PageSection | undefined {
  const { galleries } = page.study;
  if (galleries.length === 0) return undefined;
  const hasMaps = galleries.some(({ units }) => units.some(({ places }) => places !== undefined));
  const hasTies = galleries.some(({ units }) => units.some(isTied));
  const blocks = galleries.map((gallery) => galleryBlock(gallery, images));
  const definitions = images.definitions.map(
    ({ id, address, width, height }) =>
      markup`<image id="${id}" href="${address}" width="${width}" height="${height}" preserveAspectRatio="none"/>`,
  );
  const body = markup`<svg class="hidden" width="0" height="0" aria-hidden="true"><defs>${joined(definitions)}</defs></svg><p>The best units of each model with the images that drive them most strongly: units are taken by their score, the best of every concept before the second best of any. The region where the unit is above its threshold is outlined, the rest is dimmed.${hasTies && ' Where more images reach the highest activation than are shown, as under a ceiling (ReLU6, quantised), those whose maps have the highest means are, and the unit says how many they are of.'}${hasMaps && ' The small maps are of all images: where the unit fires, and where its concept lies, each in grades of its highest share of images. Where they are alike, part of the overlap comes of place alone.'}${images.left > 0 && ` ${counted(images.left, 'image')} would not fit into the size that was allowed and ${images.left === 1 ? 'is' : 'are'} named only.`}</p><div class="controls" hidden><label>Find units <input type="search" id="unit-search" placeholder="concept or unit number" autocomplete="off"></label><label>Model <select id="unit-model"><option value="">all</option>${galleries.map(({ model }) => markup`<option>${model}</option>`)}</select></label><span class="count" id="unit-count" aria-live="polite"></span></div>${joined(blocks)}`;
  return { id: 'units', title: 'Units', body };
}

function galleryBlock({ model, layer, units }: UnitGallery, images: PlacedImages): Markup {
  return markup`<section class="gallery" data-model="${model}" aria-label="Units of ${model}"><h3>${model} <span class="quiet">layer ${layer}, ${counted(units.length, 'unit')}</span></h3>${joined(units.map((unit) => unitRow(unit, images, `${model}/${layer}/${String(unit.unit)}`)))}</section>`;
}

/** Whether more images share the highest activation than are shown. */
function isTied({ tied = 0, images }: GalleryUnit): boolean {
  return tied > images.length;
}

function unitRow(unit: GalleryUnit, images: PlacedImages, link: string): Markup {
  const { unit: number, concept, category, iou, score, threshold } = unit;
  const pictures = unit.images.map((image) => picture(image, `Unit ${String(number)}, ${concept}`, images));
  return markup`<article class="unit" data-unit="${link}" data-text="${`${concept} ${category} unit ${String(number)} ${String(number)}`.toLowerCase()}"><h4>${concept} <span class="quiet">${category}</span></h4><p class="unit-facts"><a href="#unit=${encodeURIComponent(link)}">unit ${number}</a> · ${score !== undefined && `${score.title} ${decimals(score.value, 3)} · `}IoU ${decimals(iou, 3)} · threshold ${significant(threshold, 3)}${isTied(unit) && ` · ${counted(unit.tied ?? 0, 'image')} at the ceiling`}</p>${unit.places !== undefined && unitMaps(unit.places)}<ul class="strip">${joined(pictures)}</ul></article>`;
}

/** Where a unit fires and where its concept lies, side by side. */
function unitMaps({ fires, lies }: UnitMaps): Markup {
  return markup`<div class="unit-maps">${placeMap(fires, 'fires')}${placeMap(lies, 'concept')}</div>`;
}

function placeMap({ height, width, grades, most }: GradedMap, title: string): Markup {
  const percent = `${significant(100 * most, 2)} %`;
  const label = `${title === 'fires' ? 'Where the unit fires' : 'Where its concept lies'}, over all images: at most in ${percent} of them`;
  const paths = Array.from({ length: mapGrades }, (_, grade) => {
    const path = gradePath(grades, width, grade + 1);
    return path === '' ? '' : markup`<path class="grade${grade + 1}" d="${path}"/>`;
  });
  return markup`<div><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><title>${label}</title>${joined(paths.filter((path) => path !== ''))}</svg><p>${title}<br><span class="quiet">at most ${percent}</span></p></div>`;
}

/** Runs of cells of one grade along the rows. */
function gradePath(grades: Uint8Array, width: number, grade: number): string {
  let path = '';
  for (let at = 0; at < grades.length; at++) {
    if (grades[at] !== grade) continue;
    const first = at;
    while ((at + 1) % width !== 0 && grades[at + 1] === grade) at++;
    path += `M${String(first % width)} ${String(Math.floor(first / width))}h${String(at - first + 1)}v1h-${String(at - first + 1)}z`;
  }
  return path;
}

function picture(image: GalleryImage, label: string, images: PlacedImages): Markup {
  const definition = images.find(image);
  const { width, height, region, activation, image: name } = image;
  if (definition === undefined)
    return markup`<li class="named">${name} <span class="quiet">activation ${significant(activation, 3)}</span></li>`;
  const path = regionPath(region, width, height);
  const mask =
    path === ''
      ? markup`<rect class="dim" width="${width}" height="${height}"/>`
      : markup`<path class="dim" fill-rule="evenodd" d="M0 0H${width}V${height}H0z${path}"/><path class="outline" d="${path}"/>`;
  return markup`<li><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}: ${name}, activation ${significant(activation, 3)}"><title>${name}, activation ${significant(activation, 3)}</title><use href="#${definition.id}"/>${mask}</svg></li>`;
}
