import { statfsSync } from 'node:fs';
import { estimateKeptBytes } from '@intermodel/numerics';
import { makeFolder, MachineError } from '@intermodel/streams';

/** Sizes of the maps of a layer that a run keeps. */
export interface KeptLayer {
  /** Images whose maps are kept. */
  readonly images: number;
  /** Units of the layer. */
  readonly units: number;
  /** Values of a map. */
  readonly mapSize: number;
}

/** Tells how many bytes are free where a folder lies. */
export type FreeBytes = (folder: string) => number;

/**
 * Checks that maps which are still to be kept are likely to fit onto the disk.
 *
 * @throws MachineError `DISK_TOO_SMALL` that says how much is needed and how much is free.
 */
export function checkDisk(folder: string, layers: readonly KeptLayer[], freeBytes: FreeBytes = freeOnDisk): void {
  const likely = layers.reduce((sum, layer) => sum + estimateKeptBytes(layer).likely, 0);
  makeFolder(folder);
  const free = freeBytes(folder);
  if (likely <= free) return;
  const images = layers.reduce((most, layer) => Math.max(most, layer.images), 0);
  const megabytes = (bytes: number) => `${String(Math.ceil(bytes / 2 ** 20))} MiB`;
  throw new MachineError(
    'DISK_TOO_SMALL',
    `the maps of ${String(layers.length)} layers over ${String(images)} images need about ${megabytes(likely)} on the disk, where ${megabytes(free)} are free`,
    {
      file: folder,
      hint: 'Free some space, give another `store`, or run the models again instead of keeping maps: `runtime.secondPass: true`.',
    },
  );
}

function freeOnDisk(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
