import { Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `TaskImage`: which part of the data of a task an image belongs to. */
export const taskImageColumns = {
  dataset: new Utf8(),
  image: new Utf8(),
  part: new Utf8(),
  target: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `TaskImage`. */
export type TaskImageColumns = typeof taskImageColumns;

/** A batch of images of tasks. */
export type TaskImageBatch = WireBatch<TaskImageColumns>;

/**
 * Schema of `TaskImage`, one row an image of a task: its part (`train`, `val`, `test`), and its classes, separated by
 * `|`, where it has classes.
 */
export const taskImageSchema = wireSchema('TaskImage', 1, taskImageColumns);
