import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { externalLocations, readModel } from '@intermodel/onnx';
import { canonicalJson, FileHashes } from '@intermodel/steps';
import { writeError } from '@intermodel/streams';
import { decodeImageDefaults } from '../images/decode-image.ts';
import type { LabelledImageEntry } from '../images/labelled-image-set.ts';
import { listImages } from '../images/list-labelled-images.ts';
import type { SegmentImagesOptions } from './segment-options.ts';
import { segmenterHeadDefaults, type Segmenter, type SegmenterHead } from './segmenter.ts';

/** Changes when the same image, model and options would give other planes. */
const planesVersion = 3;

/** What planes depend on besides images and segmenters. */
type PlaneChoices = Pick<SegmentImagesOptions, 'background' | 'exif' | 'executionProviders'>;

/** Name under which the planes of an image are kept: SHA-256 of the content of image, model and options. */
export function planesKey(
  imageSha256: string,
  segmenter: string,
  {
    background = decodeImageDefaults.background,
    exif = decodeImageDefaults.exif,
    executionProviders = ['cpu'],
  }: PlaneChoices,
): string {
  // What was kept before images could be read otherwise than upright stays good.
  const turns = exif === decodeImageDefaults.exif ? {} : { exif };
  return createHash('sha256')
    .update(
      canonicalJson({
        version: planesVersion,
        image: imageSha256,
        segmenter,
        background,
        executionProviders,
        ...turns,
      }),
    )
    .digest('hex');
}

/** Where planes of a key lie below the folder: spread over up to 256 sub-folders. */
export function keptPlanesFile(labelCache: string, key: string): string {
  return path.join(labelCache, key.slice(0, 2), `${key}.planes`);
}

/**
 * All that planes depend on in a segmenter: the model's content, with weights in other files, and every choice but
 * names.
 */
export async function describeSegmenter({ file, made, input, heads }: Segmenter): Promise<string> {
  const contents = new FileHashes();
  const found = await Promise.all((made?.files ?? modelFiles(file)).map((each) => contents.hash(each)));
  const hashes = made === undefined ? found : [made.identity, ...found];
  const choices = heads.map(({ category: _category, channels: _channels, decide, ...head }) => ({
    ...segmenterHeadDefaults,
    ...head,
    decide: decide ?? null,
    ...(mayHaveOneClass(head.classes) && decide !== 'threshold' ? { oneClass: 'refused' } : {}),
    classes: head.classes.map(({ index, threshold, owners }) => ({
      index,
      threshold: threshold ?? null,
      owners: owners ?? null,
    })),
  }));
  return canonicalJson(JSON.parse(JSON.stringify({ hashes, input, choices })));
}

/** The file of a model, and those of its weights. */
function modelFiles(file: string): string[] {
  const locations = externalLocations(readModel(file).graph.initializers);
  return [file, ...locations.map((location) => path.join(path.dirname(file), location))];
}

/** Whether a head may be of a single class: planes that were once kept of such a one must not be found any more. */
function mayHaveOneClass(classes: SegmenterHead['classes']): boolean {
  return classes.every(({ index }) => index === 0);
}

/** Keys of the planes that these images take their labels from, as {@link segmentImages} gave them. */
export function usedPlaneKeys(images: readonly LabelledImageEntry[]): Set<string> {
  return new Set(
    images.flatMap(({ labels }) =>
      labels.flatMap((label) => (label.kind === 'segmented' ? [path.basename(label.file, '.planes')] : [])),
    ),
  );
}

/**
 * Finds the keys of the planes that {@link segmentImages} would use with these options, whether they are there or not:
 * images and models are hashed, nothing is run.
 *
 * @throws InputError of {@link listImages}, and for a model that cannot be read.
 */
export async function neededPlaneKeys({
  images,
  segmenters,
  ...choices
}: Pick<SegmentImagesOptions, 'images' | 'segmenters'> & PlaneChoices): Promise<Set<string>> {
  const described = await Promise.all(segmenters.map(describeSegmenter));
  const contents = new FileHashes();
  const keys = new Set<string>();
  for (const { file } of await listImages(images, [])) {
    const sha256 = await contents.hash(file);
    for (const segmenter of described) keys.add(planesKey(sha256, segmenter, choices));
  }
  return keys;
}

/** Options of {@link pruneKeptPlanes}. */
export interface PruneKeptPlanesOptions {
  /**
   * Spares planes that were written at this time or later, such as those of a run that is under way. @default spares
   * none
   */
  readonly before?: Date;
  /** Whether it is only told what would be removed. @default false */
  readonly dryRun?: boolean;
}

/** What {@link pruneKeptPlanes} did. */
export interface PrunedPlanes {
  /** Files that stayed. */
  readonly kept: number;
  /** Files that were removed, or would be in a dry run. */
  readonly removed: number;
  /** Their size. */
  readonly removedBytes: number;
}

/**
 * Removes kept planes that are not needed any more, and what writers that were stopped left; other files stay. A folder
 * that several studies share needs the keys of all of them. What was removed by mistake is only made anew.
 *
 * @throws MachineError `WRITE_FAILED` for what cannot be removed.
 */
export function pruneKeptPlanes(
  folder: string,
  needed: ReadonlySet<string>,
  { before, dryRun = false }: PruneKeptPlanesOptions = {},
): PrunedPlanes {
  let kept = 0;
  let removed = 0;
  let removedBytes = 0;
  for (const below of namesIn(folder, /^[0-9a-f]{2}$/u)) {
    const within = path.join(folder, below);
    for (const name of namesIn(within, planesName)) {
      const file = path.join(within, name);
      const { mtimeMs, size } = statSync(file);
      const isNeeded = name.endsWith('.planes') && needed.has(path.basename(name, '.planes'));
      if (isNeeded || (before !== undefined && mtimeMs >= before.getTime())) kept++;
      else {
        if (!dryRun) {
          remove(file, () => {
            rmSync(file);
          });
        }
        removed++;
        removedBytes += size;
      }
    }
    if (!dryRun && readdirSync(within).length === 0) {
      remove(within, () => {
        rmdirSync(within);
      });
    }
  }
  return { kept, removed, removedBytes };
}

/** Kept planes, and files that were to become such. */
const planesName = /^(?:[0-9a-f]{64}\.planes|\.[0-9a-f]{64}\.planes\.[0-9a-f]+\.partial)$/u;

function namesIn(folder: string, pattern: RegExp): string[] {
  return existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : [];
}

function remove(file: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw writeError(file, cause);
  }
}
