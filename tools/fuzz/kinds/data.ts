import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { bendBytes } from '../bend-bytes.ts';
import { bendText } from '../bend-text.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';
import { bendFile } from './tables.ts';

const texts = new Set(['.csv', '.json', '.txt', '.xml']);

/** One file of a data set, of whatever kind it is there. */
function layoutKind(layout: string, format: string): FuzzKind {
  return {
    name: `data-${layout}`,
    write: (folder: string, random: Random, base: string): FuzzCase => {
      cpSync(path.join(base, layout), path.join(folder, layout), { recursive: true });
      const files = readdirSync(path.join(folder, layout), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort();
      // Text files are few, and say most.
      const told = files.filter((file) => texts.has(path.extname(file)));
      const from = told.length > 0 && random.below(2) === 0 ? told : files;
      const bent = from[random.below(from.length)] ?? '';
      const how = bendFile(folder, bent, random, texts.has(path.extname(bent)) ? bendText : bendBytes);
      return { argv: ['data', 'info', '--format', format, layout], bent, how, names: [layout] };
    },
  };
}

/** Images and labels in the layouts of the field. */
export const dataKinds: readonly FuzzKind[] = [
  layoutKind('data', 'plain'),
  layoutKind('npy', 'plain'),
  layoutKind('coco-instances', 'coco-instances'),
  layoutKind('coco-panoptic', 'coco-panoptic'),
  layoutKind('voc', 'voc'),
  layoutKind('broden', 'broden'),
  layoutKind('ade20k', 'ade20k'),
];
