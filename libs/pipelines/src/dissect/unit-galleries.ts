import { makeThumbnail, type LabelledImageEntry, type Thumbnail } from '@intermodel/data-loading';
import { outlineMask, planUpsampling, upsampleMap, type TopActivation } from '@intermodel/numerics';
import { column, readNumbers, readStrings } from '@intermodel/streams';
import type { UnitGallery } from '@intermodel/report';
import type { Study } from '../study-file/study.ts';
import type { DissectedLayer, DissectedModel } from './dissect-events.ts';

/**
 * Makes the galleries of dissected models as `study.gallery` asks for them: for the best units, each of another concept
 * first, the images that drive them most, with the region above the threshold outlined. Only these images are decoded
 * again.
 */
export async function unitGalleries(study: Study, models: readonly DissectedModel[]): Promise<UnitGallery[]> {
  const { units, thumbnailPixels } = study.gallery;
  const galleries: UnitGallery[] = [];
  if (units === 0) return galleries;
  for (const { model, layers, images } of models) {
    const thumbnails = new Map<string, Promise<Thumbnail>>();
    const thumbnail = (entry: LabelledImageEntry) => {
      const made = thumbnails.get(entry.file) ?? makeThumbnail(entry.file, model.geometry, thumbnailPixels, { maxPixels: study.data.maxPixels, background: study.data.background });
      thumbnails.set(entry.file, made);
      return made;
    };
    for (const layer of layers) {
      const shown = bestUnits(layer, study.matching.minimumIou, units);
      const plan = planUpsampling({ height: layer.mapHeight, width: layer.mapWidth, targetHeight: study.data.labelGrid.height, targetWidth: study.data.labelGrid.width, padding: study.matching.upsampling.padding, alignment: study.matching.upsampling.alignment });
      const region = ({ map }: TopActivation, threshold: number) => outlineMask(upsampleMap(plan, map).map((value) => (value > threshold ? 1 : 0)), study.data.labelGrid.height, study.data.labelGrid.width);
      const rows = await Promise.all(
        shown.map(async (unit) => ({
          ...unit,
          images: await Promise.all(
            layer.top.read(unit.unit).flatMap((activation) => {
              const entry = images[activation.image];
              return entry === undefined ? [] : [thumbnail(entry).then((picture) => ({ image: entry.image, ...picture, activation: activation.score, region: region(activation, unit.threshold) }))];
            }),
          ),
        })),
      );
      if (rows.length > 0) galleries.push({ model: model.name, layer: layer.layer, units: rows });
    }
  }
  return galleries;
}

/** Best units above the gate by IoU: the best of every concept before the second best of any. */
function bestUnits({ matches, thresholds }: DissectedLayer, gate: number, count: number) {
  const [concepts, categories] = [readStrings(column(matches, 'concept')), readStrings(column(matches, 'category'))];
  const [units, ious, limits] = [readNumbers(column(matches, 'unit')), readNumbers(column(matches, 'iou')), readNumbers(column(thresholds, 'threshold'))];
  const seen = new Map<string, number>();
  return [...ious.keys()]
    .filter((row) => (ious[row] as number) > gate && concepts[row] !== '')
    .sort((a, b) => (ious[b] as number) - (ious[a] as number) || a - b)
    .map((row) => {
      const key = JSON.stringify([categories[row], concepts[row]]);
      const rank = seen.get(key) ?? 0;
      seen.set(key, rank + 1);
      return { rank, unit: units[row] as number, concept: concepts[row] as string, category: categories[row] as string, iou: ious[row] as number, threshold: limits[row] as number };
    })
    .sort((a, b) => a.rank - b.rank || b.iou - a.iou || a.unit - b.unit)
    .slice(0, count)
    .sort((a, b) => b.iou - a.iou || a.unit - b.unit)
    .map(({ unit, concept, category, iou, threshold }) => ({ unit, concept, category, iou, threshold }));
}
