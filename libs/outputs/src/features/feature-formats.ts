import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FeatureShape, ImageFeaturesBatch } from '@intermodel/schemas';
import { column, npyHeader, readLists, readStrings, writeError } from '@intermodel/streams';
import { RecordBatchFileWriter } from 'apache-arrow';

/** Features of one layer, to be written: batches in the order of the images, each held while it is written. */
export interface FeatureTable {
  /** What the features are of. */
  readonly shape: FeatureShape;
  /** Number of images. */
  readonly images: number;
  /** Reads the batches. */
  readonly batches: () => AsyncIterable<ImageFeaturesBatch>;
}

/** A form of files of features. */
export interface FeatureFormat {
  /** What it is. */
  readonly title: string;
  /** Writes a file. */
  readonly write: (file: string, table: FeatureTable) => Promise<void>;
}

/** Forms of files of features, by the ending of their names. */
export const featureFormats = {
  arrow: { title: 'Arrow IPC: image, features', write: writeArrow },
  parquet: { title: 'Parquet: image, features', write: writeParquet },
  npy: { title: 'NumPy, float32: images x features, or images x rows x columns x features', write: writeNpy },
} as const satisfies Readonly<Record<string, FeatureFormat>>;

/** Name of a form of files of features. */
export type FeatureFormatName = keyof typeof featureFormats;

/**
 * Writes a file of features.
 *
 * @throws MachineError `WRITE_FAILED`
 */
export async function writeFeatures(file: string, format: FeatureFormatName, table: FeatureTable): Promise<void> {
  try {
    await featureFormats[format].write(file, table);
  } catch (cause) {
    throw cause instanceof Error && 'syscall' in cause ? writeError(file, cause) : cause;
  }
}

async function writeArrow(file: string, { batches }: FeatureTable): Promise<void> {
  await pipeline(Readable.from(batches()), RecordBatchFileWriter.throughNode(), createWriteStream(file));
}

async function writeParquet(file: string, { batches }: FeatureTable): Promise<void> {
  const { fileWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = fileWriter(file);
  const parquet = new ParquetWriter({
    writer,
    // Bounds of features would be most of the footer, and nobody filters by them.
    statistics: false,
    createdBy: 'intermodel',
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'image', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'features', converted_type: 'LIST', repetition_type: 'REQUIRED', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
    ],
  });
  for await (const batch of batches()) {
    const values = featuresOf(batch);
    const size = values.length / Math.max(1, batch.numRows);
    const rows = Array.from({ length: batch.numRows }, (_, row) =>
      Array.from(values.subarray(row * size, (row + 1) * size)),
    );
    await parquet.write({
      columnData: [
        { name: 'image', data: readStrings(column(batch, 'image')) },
        { name: 'features', data: rows },
      ],
      rowGroupSize: batch.numRows,
    });
  }
  await parquet.finish();
}

async function writeNpy(file: string, { shape, images, batches }: FeatureTable): Promise<void> {
  const { units, height, width, pool } = shape;
  const axes = pool === 'grid' ? [images, height, width, units] : [images, units];
  const handle = await open(file, 'w');
  try {
    await handle.write(npyHeader('<f4', axes));
    for await (const batch of batches()) {
      const values = featuresOf(batch);
      await handle.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  } finally {
    await handle.close();
  }
}

function featuresOf(batch: ImageFeaturesBatch): Float32Array {
  return readLists(column(batch, 'features')) as unknown as Float32Array;
}
