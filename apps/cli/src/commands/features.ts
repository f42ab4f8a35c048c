import { statSync } from 'node:fs';
import {
  extractFeatures,
  featureFormats,
  studyOfFlags,
  type ExtractedFeatures,
  type ExtractFeaturesOptions,
  type FeatureFormatName,
} from '@intermodel/pipelines';
import { InputError, suggestName } from '@intermodel/streams';
import type { Command } from 'commander';
import { filter, lastValueFrom, tap } from 'rxjs';
import { makeCommand, type Given } from '../command.ts';
import { dissectionProgress } from '../dissection-progress.ts';
import { namedStore, type NamedStore } from '../named-store.ts';
import { noteLine, printResult, textTable } from '../output.ts';
import { lockOptions, type StudyFileOptions } from '../run-options.ts';
import { statedCommand } from '../stated-command.ts';
import { stoppable } from '../stopping.ts';

type FeatureOptions = Omit<ExtractFeaturesOptions, 'signal' | 'command' | 'images' | 'formats'> &
  NamedStore &
  StudyFileOptions & { readonly featureFormats?: readonly string[] };

/** `intermodel features`: what layers make of images, for use elsewhere. */
export function featuresCommand(): Command {
  return makeCommand<FeatureOptions>({
    name: 'features',
    description:
      'Write the features that models make of images, as Arrow, Parquet or NumPy files: a row an image, in the order of images.csv.',
    required: ['--model', '--images', '--out'],
    examples: [
      'features --model resnet50.onnx --images photos --out features',
      'features --model a.onnx:/layer3/Relu_output_0 --model a.onnx:/layer4/Relu_output_0 --images photos --format npy --out features',
      'features --model dino_deitsmall16_pretrain.pth --images photos --pool class-token --format arrow,parquet --out features',
    ],
    run: async (given) => {
      const { own, terminal } = given;
      const { onEvent, done } = dissectionProgress(terminal);
      const run = featureOptions(given);
      requireFolder(run.images);
      const { models = [], runtime, data: { images: _images, ...data } = {} } = given.content;
      // Where the features come from is a task without targets: the study has nothing else to say of images.
      const study = studyOfFlags(
        { models, data, tasks: [{ root: run.images }], ...(runtime === undefined ? {} : { runtime }) },
        { set: own.set ?? [] },
      );
      const extracted = await stoppable(
        (signal) =>
          lastValueFrom(
            extractFeatures(study, { ...run, signal }).pipe(
              tap((event) => {
                if (event.kind !== 'features') onEvent(event);
              }),
              filter((event) => event.kind === 'features'),
            ),
          ),
        'stopped; what is finished is stored, and the same command goes on from there',
      );
      done();
      const { kind: _kind, ...result } = extracted;
      printResult(terminal, { out: own.out, ...result }, () => featuresText(own.out, extracted));
    },
  });
}

function featureOptions(given: Given<FeatureOptions>): ExtractFeaturesOptions {
  const { content, own, terminal, parsed } = given;
  const { set: _set, featureFormats: forms, ...options } = own;
  return {
    ...options,
    images: content.data?.images ?? '',
    ...(forms === undefined ? {} : { formats: [...new Set(forms.map(formatNamed))] }),
    ...namedStore(own, terminal),
    command: statedCommand(parsed),
    lock: lockOptions(own, terminal),
  };
}

function requireFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new InputError('FILE_MISSING', 'there is no such folder', {
    file: folder,
    expected: 'a folder of images',
    hint: 'Correct the path.',
  });
}

function formatNamed(name: string): FeatureFormatName {
  const names = Object.keys(featureFormats) as FeatureFormatName[];
  const found = names.find((each) => each === name);
  if (found !== undefined) return found;
  throw new InputError('OPTION_VALUE', `\`featureFormats: ${name}\`: there is no such form of files`, {
    expected: names.join(', '),
    hint: suggestName(name, names),
  });
}

function featuresText(out: string, { images, layers, warnings }: ExtractedFeatures): string {
  return [
    textTable(
      ['model', 'layer', 'features', 'files'],
      layers.map(({ model, layer, units, height, width, files }) => [
        model,
        layer,
        height * width === 1 ? String(units) : `${String(height)} x ${String(width)} x ${String(units)}`,
        files.join(', '),
      ]),
    ),
    ...warnings.map(noteLine),
    `\n${String(images)} images, in the order of ${out}/images.csv`,
  ].join('\n');
}
