/** What is to be told of the images of a task. */
export type TaskTargets = 'classes' | 'boxes' | 'planes' | 'normals' | 'depth';

/** A kind of task, with what it takes. */
export interface TaskKindFacts {
  /** Name of the task in score tables. */
  readonly task: string;
  /** What is to be told of its images. */
  readonly targets: TaskTargets;
  /** Whether its head takes the features of an image (pooled) or of each cell of the grid. */
  readonly features: 'pooled' | 'grid';
  /** What is measured, in a few words. */
  readonly help: string;
}

/** Kinds of tasks that features are probed with. */
export const taskKinds = {
  'many-shot': {
    task: 'many-shot classification',
    targets: 'classes',
    features: 'pooled',
    help: 'logistic regression on all training images',
  },
  'few-shot': {
    task: 'few-shot classification',
    targets: 'classes',
    features: 'pooled',
    help: 'episodes of a few images a class',
  },
  neighbours: {
    task: 'nearest-neighbour classification',
    targets: 'classes',
    features: 'pooled',
    help: 'votes of the nearest training images',
  },
  transferability: {
    task: 'transferability',
    targets: 'classes',
    features: 'pooled',
    help: 'LogME, NLEEP and PARC, without training a head',
  },
  detection: {
    task: 'object detection',
    targets: 'boxes',
    features: 'grid',
    help: 'a linear detector on the grid of features',
  },
  'dense-classes': {
    task: 'semantic segmentation',
    targets: 'planes',
    features: 'grid',
    help: 'a linear classifier of the cells of the grid',
  },
  normals: {
    task: 'surface normal estimation',
    targets: 'normals',
    features: 'grid',
    help: 'a linear regression of surface normals',
  },
  depth: { task: 'depth estimation', targets: 'depth', features: 'grid', help: 'a linear regression of depth' },
} as const satisfies Readonly<Record<string, TaskKindFacts>>;

/** Name of a kind of task. */
export type TaskKind = keyof typeof taskKinds;

/** Kinds of tasks that data with such targets allow. */
export function kindsFor(targets: TaskTargets): readonly TaskKind[] {
  return (Object.keys(taskKinds) as TaskKind[]).filter((kind) => taskKinds[kind].targets === targets);
}
