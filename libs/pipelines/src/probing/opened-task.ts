import type { TaskData } from '@intermodel/data-loading';
import type { StudyTask } from '@intermodel/studies';
import type { ImageSet } from './image-set.ts';

/** A task whose data were read. */
export interface OpenedTask {
  /** The task as the study describes it. */
  readonly task: StudyTask;
  /** What is to be told of its images. */
  readonly data: TaskData;
  /** Images that models are run on: at least those of the task. */
  readonly images: ImageSet;
  /** Hash of what is to be told of the images, and of the parts. */
  readonly targets: string;
  /** Files in which it stands for each image, with the hashes of their bytes. */
  readonly targetFiles: ReadonlyMap<string, string>;
}
