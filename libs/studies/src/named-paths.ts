import type { Study } from './study.ts';
import type { StudyContent } from './study-content.ts';
import type { StudyPath } from './study-problems.ts';

/** A file or folder that a study names. */
export interface NamedPath {
  /** Place of the name in the study. */
  readonly at: StudyPath;
  /** The name: absolute in a resolved study. */
  readonly name: string;
  /** What has to stand there. */
  readonly kind: 'file' | 'folder';
  /** What it is to a run, as manifests state it. */
  readonly role: string;
}

type Naming = 'data' | 'models' | 'scores' | 'scoreColumns' | 'embedding';

/** Lists all files and folders that a study names, in the order in which manifests list them. */
export function namedPaths(study: Pick<StudyContent, Naming> | Pick<Study, Naming>): NamedPath[] {
  const { data, models, scores = [], scoreColumns, embedding } = study;
  const paths: NamedPath[] = [];
  const add = (kind: NamedPath['kind'], role: string, name: string | undefined, ...at: StudyPath) => {
    if (name !== undefined) paths.push({ at, name, kind, role });
  };
  add('folder', 'images', data.root, 'data', 'root');
  add('folder', 'images', data.images, 'data', 'images');
  add('folder', 'label images', data.labels, 'data', 'labels');
  add('file', 'label names', data.labelNames, 'data', 'labelNames');
  add('file', 'labels of whole images', data.imageLabels, 'data', 'imageLabels');
  add('file', 'class names', data.names, 'data', 'names');
  add('file', 'synonyms', data.vocabulary?.synonyms, 'data', 'vocabulary', 'synonyms');
  add('file', 'categories', data.vocabulary?.categories, 'data', 'vocabulary', 'categories');
  for (const [index, { file, labels, heads = [] }] of (data.segmenters ?? []).entries()) {
    const at = ['data', 'segmenters', index] as const;
    add('file', 'segmenter', file, ...at, 'file');
    add('file', 'class names', labels, ...at, 'labels');
    for (const [place, { classes, owners }] of heads.entries()) {
      add('file', 'class names', classes, ...at, 'heads', place, 'classes');
      add('file', 'owners', owners, ...at, 'heads', place, 'owners');
    }
  }
  for (const [index, { file }] of models.entries()) add('file', 'model', file, 'models', index, 'file');
  if (typeof scores === 'string') add('file', 'scores', scores, 'scores');
  else for (const [index, file] of scores.entries()) add('file', 'scores', file, 'scores', index);
  add('file', 'score columns', scoreColumns, 'scoreColumns');
  add('folder', 'embedding', embedding?.frozen, 'embedding', 'frozen');
  return paths;
}
