import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStudyFile } from './read-study-file.ts';
import { StudyFileError } from './study-problems.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'study-files-'));
  for (const name of ['photos', 'masks', 'models', 'earlier']) mkdirSync(path.join(folder, name));
  for (const name of ['labels.csv', 'models/resnet.onnx', 'scores.csv']) writeFileSync(path.join(folder, name), '');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const whole = [
  'data:',
  '  images: photos',
  '  labels: masks',
  '  labelNames: labels.csv',
  'models:',
  '  - name: a',
  '    file: models/resnet.onnx',
  '  - name: b',
  '    file: models/resnet.onnx',
  'scores:',
  '  - scores.csv',
];
const readWith = (line: number, text: string) => {
  const file = path.join(folder, 'study.yaml');
  writeFileSync(file, whole.map((before, index) => (index === line - 1 ? text : before)).join('\n'));
  return readStudyFile(file);
};
const failure = (line: number, text: string): StudyFileError => {
  try {
    readWith(line, text);
  } catch (error) {
    if (error instanceof StudyFileError) return error;
  }
  throw new Error('was read');
};

describe('files that a study names', () => {
  it('are taken from the folder of the study file', () => {
    const study = readWith(1, 'data:');
    expect(study.folder).toBe(folder);
    expect([study.data.images, study.models[1]?.file, ...study.scores]).toEqual([
      path.join(folder, 'photos'),
      path.join(folder, 'models', 'resnet.onnx'),
      path.join(folder, 'scores.csv'),
    ]);
  });

  it.each([
    ['a folder of images', 2, '  images: photo', 'data.images', /no folder "photo"[\s\S]*Did you mean "photos"/u],
    [
      'a folder that is a file',
      3,
      '  labels: labels.csv',
      'data.labels',
      /"labels.csv" is a file[\s\S]*expected: a folder/u,
    ],
    ['a file that is a folder', 4, '  labelNames: masks', 'data.labelNames', /"masks" is a folder/u],
    ['a model', 9, '    file: models/resnt.onnx', 'models[1].file', /Did you mean "models\/resnet.onnx"/u],
    [
      'a model in a folder that is not there',
      9,
      '    file: model/resnet.onnx',
      'models[1].file',
      /is not there either/u,
    ],
    ['one of several score tables', 11, '  - score.csv', 'scores[0]', /Did you mean "scores.csv"/u],
    ['a table of columns', 11, '  - scores.csv\nscoreColumns: columns.csv', 'scoreColumns', /no file "columns.csv"/u],
    [
      'an earlier embedding',
      11,
      '  - scores.csv\nembedding: { frozen: earlier }',
      'embedding.frozen',
      /holds no embedding/u,
    ],
  ])('are missed with their line: %s', (_case, line, text, key, message) => {
    const error = failure(line, text);
    expect(error.problems).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'STUDY_FILE',
      details: { column: key, line: text.includes('\n') ? line + 1 : line },
    });
    expect(error.message).toMatch(message);
  });

  it('are no pipes, which would be waited for', () => {
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    expect(failure(4, '  labelNames: pipe').message).toMatch(
      /"pipe" is a pipe, device or socket[\s\S]*expected: a file/u,
    );
  });

  it('are missed all at once, in the order of the file', () => {
    rmSync(path.join(folder, 'models'), { recursive: true });
    const error = failure(2, '  images: nowhere');
    expect(error.problems.map(({ key, line }) => [key, line])).toEqual([
      ['data.images', 2],
      ['models[0].file', 7],
      ['models[1].file', 9],
    ]);
    expect(error.message).toContain(
      'also line 7, models[0].file: there is no file "models/resnet.onnx", expected a file',
    );
  });

  it('may be found at an earlier embedding', () => {
    writeFileSync(path.join(folder, 'earlier', 'fit.arrow'), '');
    expect(readWith(11, '  - scores.csv\nembedding: { frozen: earlier }').embedding?.frozen).toBe(
      path.join(folder, 'earlier'),
    );
  });
});
