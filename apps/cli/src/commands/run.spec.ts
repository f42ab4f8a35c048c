import { defineStudy, type StudyContent } from '@intermodel/pipelines';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from './run.ts';

it('shows a study file in its help that can be used as it is', () => {
  let help = '';
  const command = runCommand().configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  const [, example = ''] = /Example of a study file:\n([\s\S]*?)\n\n/u.exec(help) ?? [];
  const study = defineStudy(parse(example) as StudyContent, { checkFiles: false });
  expect(study.models.map(({ name }) => name)).toEqual(['a', 'b']);
});
