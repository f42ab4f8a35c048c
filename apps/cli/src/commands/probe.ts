import { studyOfFlags, type Study } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand, type Given } from '../command.ts';
import { probeToEnd, type ProbeOptions } from '../probe-to-end.ts';
import { chosenStudy } from '../run-to-end.ts';

/** `intermodel probe`: models on tasks of one's own. */
export function probeCommand(): Command {
  return makeCommand<ProbeOptions>({
    name: 'probe',
    description:
      "Score models on tasks of one's own: simple heads on their frozen features, with intervals and paired differences.",
    argument: ['[STUDY]', 'study file with models and tasks; or give --model and --task'],
    required: ['--out'],
    notes: `Tasks of a study file:
  tasks:
    - { name: flowers, root: flowers }                                   # a folder for each class
    - { root: rooms, format: normals, split: { train: 0.6, val: 0.2, test: 0.2 } }
"intermodel run" scores the models of such a study too, and relates the scores to their concepts.`,
    examples: [
      'probe --model resnet50.onnx --model dino_deitsmall16_pretrain.pth --task flowers --out scores',
      'probe --model a.onnx --model b.onnx --task flowers --kind many-shot --kind neighbours --out scores',
      'probe --model a.onnx --task VOC2007 --task-format voc-boxes --out scores --json',
      'probe study.yaml --out scores',
    ],
    run: (given) => probeToEnd(probedStudy(given), given),
  });
}

function probedStudy(given: Given<ProbeOptions>): Study {
  const { files, content, own } = given;
  const [file] = files;
  const { models, tasks } = content;
  if (file === undefined) {
    if (models === undefined || tasks === undefined)
      throw new InputError('STUDY_MISSING', 'neither a study file nor --model and --task were given', {
        expected: 'intermodel probe STUDY.yaml, or intermodel probe --model FILE --task DIR',
        hint: '"intermodel probe --help" shows examples.',
      });
    return studyOfFlags(content, { set: own.set ?? [] });
  }
  if (models !== undefined || tasks !== undefined)
    throw new InputError('STUDY_TWICE', 'models or tasks stand beside a study file', {
      file,
      expected: 'the one or the other',
      hint: 'Name models and tasks in the study file, or change keys of it with --set.',
    });
  return chosenStudy(file, given);
}
