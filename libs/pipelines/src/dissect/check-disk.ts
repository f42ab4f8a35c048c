import { statfsSync } from 'node:fs';
import { estimateKeptBytes } from '@intermodel/numerics';
import { makeFolder, MachineError } from '@intermodel/streams';

/** Sizes of the maps that a pass keeps. */
export interface KeptSize {
  /** Units of the layer. */
  readonly units: number;
  /** Values of a map. */
  readonly mapSize: number;
}

/**
 * Checks before a pass that the maps which it will keep are likely to fit onto the disk.
 *
 * @throws MachineError `DISK_TOO_SMALL` that says how much is needed and how much is free.
 */
export function checkDisk(folder: string, images: number, layers: readonly KeptSize[]): void {
  const likely = layers.reduce((sum, { units, mapSize }) => sum + estimateKeptBytes({ images, units, mapSize }).likely, 0);
  makeFolder(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (likely <= free) return;
  const megabytes = (bytes: number) => `${String(Math.ceil(bytes / 2 ** 20))} MiB`;
  throw new MachineError('DISK_TOO_SMALL', `the maps of ${String(images)} images need about ${megabytes(likely)} on the disk, where ${megabytes(free)} are free`, {
    file: folder,
    hint: 'Free some space, give another --store, or run the models several times instead of keeping maps (--second-pass).',
  });
}
