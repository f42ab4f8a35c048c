import {
  cutShards,
  hashShards,
  type ImageShard,
  type ImageSource,
  labelledImageSource,
  type LabelledImageEntry,
  type LabelVocabulary,
} from '@intermodel/data-loading';
import type { FileHashes, StepFamily, StepMaker } from '@intermodel/steps';
import type { Study, StudyData, StudyModel } from '@intermodel/studies';
import { DissectionSteps, type DissectionMakers } from '../graph/dissection-steps.ts';
import type { OtherImages, StudyBench } from '../graph/study-bench.ts';

/** Images on which the models of a study are run: its own, or those of a task. */
export interface ImageSet {
  /** The study, with how these images are read. */
  readonly study: Study;
  /** The images. */
  readonly source: ImageSource;
  /** The images, cut up. */
  readonly shards: readonly ImageShard[];
}

/** Images that are no labelled images of the study. */
export interface FurtherImages {
  /** Folder, for messages. */
  readonly folder: string;
  /** The images, with label planes where there are any. */
  readonly entries: readonly LabelledImageEntry[];
  /** Concepts of the label planes. @default none */
  readonly vocabulary?: LabelVocabulary;
  /** Whether images are set upright. @default as the study says */
  readonly exif?: StudyData['exif'];
}

/** Opens images on which the models of a study are run beside its own. @throws InputError of hashing files. */
export async function openImages(
  study: Study,
  { folder, entries, vocabulary = { concepts: [] }, exif = study.data.exif }: FurtherImages,
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<ImageSet> {
  const { maxPixels, background, labelGrid, skipBad } = study.data;
  const data: StudyData = {
    ...{ format: 'plain', images: folder, colours: false },
    ...{ skipBad, maxPixels, background, exif, labelGrid },
  };
  const source = await labelledImageSource({ images: entries, vocabulary, warnings: [] }, data, signal);
  const shards = await hashShards(cutShards(source.images, study.runtime.imagesPerShard), hashes, signal);
  return { study: { ...study, data }, source, shards };
}

/** What the steps over images are made of beside these. */
export interface ImageIngredients {
  /** What is read of the file of a model. */
  readonly factsOf: (model: StudyModel) => StepFamily<StudyBench>;
  /** Makes the steps of a dissection. */
  readonly makers: DissectionMakers<StudyBench>;
}

/** The steps over images beside those of the study. */
export function imageSteps(
  { study, source, shards }: ImageSet,
  { factsOf, makers }: ImageIngredients,
): DissectionSteps<StudyBench> {
  const passes = new Map<StepMaker<StudyBench>, StepMaker<StudyBench>>();
  const describe: DissectionSteps<StudyBench> = new DissectionSteps<StudyBench>({
    ...{ study, shards, factsOf, galleries: false },
    vocabulary: source.vocabulary,
    makers: {
      ...makers,
      // One maker for all models of a group, so that one pass serves them.
      pass: (model) => {
        const group = makers.pass(model);
        const known = passes.get(group);
        const pass = known ?? { make: (steps, bench) => bench.onImages(other).group(model).makePass(steps) };
        passes.set(group, pass);
        return pass;
      },
    },
  });
  const other: OtherImages = { study, source, describe };
  return describe;
}
