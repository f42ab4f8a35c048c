import { describe, expect, it } from 'vitest';
import { isOnStudyImages, taskName } from './check-tasks.ts';
import { defineStudy } from './read-study-file.ts';
import { StudyFileError } from './study-problems.ts';
import type { StudyContent, TaskContent } from './study-content.ts';
import { taskReading } from './task-reading.ts';

const models = [{ name: 'a', file: 'a.onnx' }];
const data = { images: 'photos', labels: 'masks', labelNames: 'labels.csv' };
const define = (content: Partial<StudyContent>) =>
  defineStudy({ models, ...content }, { folder: '/s', checkFiles: false });
function problemsOf(content: Partial<StudyContent>): string[] {
  try {
    define(content);
    return [];
  } catch (error) {
    if (error instanceof StudyFileError) return error.problems.map(({ key, problem }) => `${key}: ${problem}`);
    throw error;
  }
}
const task = (more: Partial<TaskContent>) => problemsOf({ tasks: [more] });

describe('tasks of a study', () => {
  it('are named after what they are read from', () => {
    expect(taskName({ root: 'sets/flowers' })).toBe('flowers');
    expect(taskName({ format: 'class-csv', annotations: 'x/birds.csv', images: 'photos' })).toBe('birds');
    expect(taskName({ root: 'sets/flowers', name: 'f' })).toBe('f');
    expect(taskName({ format: 'planes' })).toBe('labelled images');
    expect(problemsOf({ tasks: [{ root: 'a/x' }, { root: 'b/x' }] })).toEqual([
      'tasks[1].name: two tasks are named "x"',
    ]);
  });

  it('stand in the place of labelled images, or beside them', () => {
    expect(define({ tasks: [{ root: 'flowers' }] })).toMatchObject({ hasData: false, tasks: [{ name: 'flowers' }] });
    expect(define({ data, tasks: [{ root: 'flowers' }] }).hasData).toBe(true);
    expect(define({ data: { exif: 'ignore' }, tasks: [{ root: 'flowers' }] })).toMatchObject({
      hasData: false,
      data: { exif: 'ignore' },
    });
    expect(problemsOf({})).toEqual([': there is no "data", and there are no "tasks"']);
    expect(problemsOf({ data: { images: 'photos' }, tasks: [{ root: 'flowers' }] })).not.toEqual([]);
  });

  it('say where their images are, unless they are about those of the study', () => {
    expect(task({ format: 'planes' })[0]).toMatch(/does not say where its images are/u);
    expect(problemsOf({ data, tasks: [{ format: 'planes' }, { format: 'class-csv', annotations: 'c.csv' }] })).toEqual(
      [],
    );
    expect(problemsOf({ data, tasks: [{ format: 'class-folders' }] })[0]).toMatch(/does not say where/u);
    expect([isOnStudyImages({}), isOnStudyImages({ root: 'x' }), isOnStudyImages({ images: 'x' })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('ask for what their data allow, by options that their format knows', () => {
    expect(task({ root: 'x', kinds: ['many-shot', 'depth'] })).toEqual([
      'tasks[0].kinds[1]: "depth" needs depth, and the format class-folders has classes',
    ]);
    expect(task({ root: 'x', annotations: 'c.csv' })).toEqual([
      'tasks[0].annotations: the format "class-folders" has no option "annotations"',
    ]);
    expect(task({ root: 'x', format: 'class-csv', labels: 'masks' })).toEqual([
      'tasks[0].labels: the format "class-csv" has no option "labels"',
    ]);
    expect(task({ root: 'x', format: 'normals', labels: 'normals' })).toEqual([]);
  });

  it('have shares that add up', () => {
    expect(task({ root: 'x', split: { train: 0.5 } })[0]).toMatch(/the shares 0.5, 0.1 and 0.2 do not make 1/u);
    expect(task({ root: 'x', split: { train: 0.6, val: 0.2 } })).toEqual([]);
  });

  it('are read by what the reader of their format knows', () => {
    const [csv, depth] = define({
      tasks: [
        { root: 'x', format: 'class-csv', annotations: 'c.csv' },
        { name: 'y', root: 'x', format: 'depth', depthScale: 256 },
      ],
    }).tasks;
    expect(taskReading(csv!)).toEqual({ root: '/s/x', labels: '/s/c.csv' });
    expect(taskReading(depth!)).toEqual({ root: '/s/x', depthScale: 256 });
  });
});
