import { copyFileSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { drawResNet, publishedStudy, torchZipBytes, writePublished } from '@intermodel/testing';
import { bendBytes } from '../bend-bytes.ts';
import { bendText } from '../bend-text.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';
import { bendFile } from './tables.ts';

/** The same few tensors in every container. */
const containers = path.resolve(import.meta.dirname, '../../../libs/checkpoints/golden/containers');

const narrow = { width: 4, blocks: [1, 1, 1, 1] };

const one = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)] as Item;

/** Checkpoints that are bent, in all containers, and recipes. */
export const checkpointKinds: readonly FuzzKind[] = [
  {
    name: 'container-bytes',
    write: (folder: string, random: Random): FuzzCase => {
      cpSync(containers, folder, { recursive: true });
      const bent = one(
        readdirSync(folder, { withFileTypes: true })
          .flatMap((entry) => (entry.isFile() && entry.name !== 'containers.json' ? [entry.name] : []))
          .sort(),
        random,
      );
      const how = bendFile(folder, bent, random, bendBytes);
      // Whoever names a set names its index.
      const named = bent.replace(/-0000\d-of-\d+(\.\w+)$/u, '$1.index.json').replace(/data-0000\d-of-\d+$/u, 'index');
      return { argv: ['checkpoint', named], bent, how };
    },
  },
  {
    name: 'network-bytes',
    write: (folder: string, random: Random): FuzzCase => {
      const published = one(publishedStudy(narrow), random);
      const bent = published.container === 'tensorflow' ? `${published.file}.zip` : published.file;
      writePublished(published, path.join(folder, bent));
      const how = bendFile(folder, bent, random, bendBytes);
      return {
        argv: ['import', bent, '--out', 'out/model.onnx', '--weights', one(['inside', 'referred'], random)],
        bent,
        how,
      };
    },
  },
  {
    name: 'odd-network',
    write: (folder: string, random: Random): FuzzCase => {
      const weights = [...drawResNet(narrow)];
      const tensors = Object.fromEntries(
        weights.flatMap(([name, { shape, values }]) => {
          if (random.below(60) === 0) return [];
          const odd = random.below(60) === 0 ? one([[], [0], [1, 1, 1, 1, 1], [shape.length]], random) : shape;
          const count = odd.reduce((product, size) => product * size, 1);
          return [[name, { shape: odd, values: odd === shape ? values() : new Float32Array(count) }] as const];
        }),
      );
      writeFileSync(path.join(folder, 'odd.pth'), torchZipBytes(tensors));
      return {
        argv: ['import', 'odd.pth', '--out', 'out/model.onnx'],
        bent: 'odd.pth',
        how: 'tensors left out or of odd shapes',
      };
    },
  },
  {
    name: 'recipe',
    write: (folder: string, random: Random): FuzzCase => {
      const families = path.join(containers, '../../families');
      const family = one(readdirSync(families).sort(), random);
      copyFileSync(path.join(families, family), path.join(folder, 'recipe.yaml'));
      writeFileSync(
        path.join(folder, 'model.pth'),
        torchZipBytes(
          Object.fromEntries(
            [...drawResNet(narrow)].map(([name, { shape, values }]) => [name, { shape, values: values() }]),
          ),
        ),
      );
      const how = `${family}: ${bendFile(folder, 'recipe.yaml', random, bendText)}`;
      return { argv: ['checkpoint', 'model.pth', '--recipe', 'recipe.yaml'], bent: 'recipe.yaml', how };
    },
  },
];
