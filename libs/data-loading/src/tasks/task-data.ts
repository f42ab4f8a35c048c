import type { DataWarning, LabelledImageEntry, LabelSource, StatedSize } from '../images/labelled-image-set.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';

/** Part of the data of a task: heads are fitted on `train`, choices are made on `val`, scores come from `test`. */
export type TaskPart = 'train' | 'val' | 'test';

/** An image of a task with what is to be told of it. */
export interface TaskImage<Target> extends Pick<LabelledImageEntry, 'image' | 'file'> {
  /** Part of the data that it belongs to. */
  readonly part: TaskPart;
  /** What is to be told of it. */
  readonly target: Target;
  /** Size that the data state for the image; another one is an error. @default any */
  readonly stated?: StatedSize;
}

interface TaskImages<Target> {
  /** Images by name, each once. */
  readonly images: readonly TaskImage<Target>[];
  /** What is no error but may surprise. */
  readonly warnings: readonly DataWarning[];
  /** Files beside the images that were read, such as a CSV of labels: a change of them changes the task. */
  readonly files: readonly string[];
}

/** Images with their classes. */
export interface ClassTask extends TaskImages<readonly number[]> {
  /** What the target is: numbers of classes. */
  readonly targets: 'classes';
  /** Names of the classes, sorted; targets are their numbers, from 0. */
  readonly classes: readonly string[];
  /** Whether some image has not exactly one class. */
  readonly isMultiLabel: boolean;
}

/** Images with boxes around objects. */
export interface BoxTask extends TaskImages<readonly TaskBox[]> {
  /** What the target is: boxes. */
  readonly targets: 'boxes';
  /** Names of the classes. */
  readonly classes: readonly string[];
}

/** A box around an object, in pixels of the image file as it is stored. */
export interface TaskBox {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  /** Width, above 0. */
  readonly width: number;
  /** Height, above 0. */
  readonly height: number;
  /** Class, from 0. */
  readonly class: number;
  /** Whether it counts neither as found nor as missed (crowds of COCO, difficult objects of VOC). */
  readonly isIgnored: boolean;
}

/** Images with label planes. */
export interface PlaneTask extends TaskImages<readonly LabelSource[]> {
  /** What the target is: label planes. */
  readonly targets: 'planes';
  /** Concepts that the planes can bear. */
  readonly vocabulary: LabelVocabulary;
}

/** Images with a value for each pixel, in a file each. */
export interface PixelTask extends TaskImages<{ readonly file: string }> {
  /** What the target is: surface normals (3 values of a pixel) or depths (1 value). */
  readonly targets: 'normals' | 'depth';
  /** Units of a metre in PNG files and arrays of whole numbers of depths. */
  readonly depthScale: number;
}

/** Data of a task, whatever is to be told of its images: paths and small tables, no image is decoded yet. */
export type TaskData = ClassTask | BoxTask | PlaneTask | PixelTask;
