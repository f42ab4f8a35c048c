import {
  checkStatedSize,
  frameOf,
  openClassPlanes,
  readImageSize,
  readPixelTarget,
  samplePixelTarget,
  type BoxTask,
  type PixelTask,
  type PlaneTask,
  type TaskImage,
} from '@intermodel/data-loading';
import type { StudyModel } from '@intermodel/studies';
import type { BoxTarget, GridImages, PixelTarget, PlaneTarget, TaskPart } from '@intermodel/transfer-probing';
import type { StudyBench } from '../graph/study-bench.ts';
import type { OpenedTask } from './opened-task.ts';
import type { StoredFeatures } from './stored-features.ts';

/** What the targets of a task are read with. */
export interface TargetContext {
  /** The task. */
  readonly task: OpenedTask;
  /** The model, whose input says what of an image the grid covers. */
  readonly model: StudyModel;
  /** Hashes of files. */
  readonly bench: StudyBench;
}

/** Boxes of the images of a task, with what of each image the input of the model covers. */
export function boxTargets({ model }: TargetContext): (image: BoxTask['images'][number]) => Promise<BoxTarget> {
  return async (image) => {
    // Boxes are drawn on the pixels as they are stored, and so are the images that the model sees.
    const size = await readImageSize(image.file, { exif: 'ignore' });
    checkStatedSize(image, size);
    return { boxes: image.target, frame: frameOf(model.geometry, size.height, size.width) };
  };
}

/** Classes of the cells of the label grid. */
export function planeTargets(
  { task, model }: TargetContext,
  { vocabulary }: PlaneTask,
): (image: PlaneTask['images'][number]) => Promise<PlaneTarget> {
  const { data } = task.images.study;
  const load = openClassPlanes({ geometry: model.geometry, vocabulary, maxPixels: data.maxPixels });
  return async (image) => load(image, await readImageSize(image.file, { exif: data.exif }));
}

/** Normals or depths at the cells of the label grid. */
export function pixelTargets(
  { task, model, bench }: TargetContext,
  { targets }: PixelTask,
): (image: PixelTask['images'][number]) => Promise<PixelTarget> {
  const { data } = task.images.study;
  const { labelHeight: height, labelWidth: width } = model.geometry;
  return async ({ file, target }) => {
    await bench.hashes.checkUnchanged(target.file, task.targetFiles.get(target.file) ?? '', bench.signal);
    const values = await readPixelTarget(target.file, targets, {
      maxPixels: data.maxPixels,
      depthScale: task.task.depthScale,
    });
    const size = await readImageSize(file, { exif: data.exif });
    return samplePixelTarget(values, size, model.geometry, { height, width }, target.file);
  };
}

/** The stored grids of a model over the images of a task, with their targets. */
export async function gridImages<Target, Given>(
  features: StoredFeatures,
  images: readonly TaskImage<Given>[],
  targetOf: (image: TaskImage<Given>) => Promise<Target>,
): Promise<GridImages<Target>> {
  const byName = new Map(images.map((image) => [image.image, image]));
  const names = (part: TaskPart) => new Set(images.filter((image) => image.part === part).map(({ image }) => image));
  const parts = { train: names('train'), val: names('val'), test: names('test') };
  const { height, width, units } = await features.gridSize();
  return {
    ...{ height, width, units },
    count: (part) => parts[part].size,
    async *images(part) {
      for await (const { image, features: values } of features.cells(parts[part]))
        yield { image, features: values, target: await targetOf(byName.get(image) as TaskImage<Given>) };
    },
  };
}
