import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { distinctFileNames } from '@intermodel/streams';
import { splitModelFlag } from './split-model-flag.ts';

/** Endings that files of models have, and names of models have not. */
export const modelFileEnding = /\.(?:onnx|pth\.tar|pth|pt|th|ckpt|bin|safetensors|npz|npy|pkl|msgpack|zip|index)$/iu;

/** A model as a flag gives it: a file, its layers if they are named, and a name of its own. */
export interface ModelFlag {
  /**
   * Name of the model: the one given, else that of the file, with folders above it where several files have one name.
   */
  readonly name: string;
  /** ONNX file. */
  readonly file: string;
  /** Layers. @default the usual choice */
  readonly layers?: readonly string[];
}

interface GivenModel {
  readonly name: string | undefined;
  readonly file: string;
  readonly layers: readonly (string | undefined)[];
}

/**
 * Reads `[NAME=]FILE[:LAYER]` options: the same file given with several layers is one model with these layers.
 *
 * @throws InputError `MODEL_OPTION` for a file that is given with a layer and without one.
 */
export function readModelFlags(texts: readonly string[]): ModelFlag[] {
  const given = new Map<string, GivenModel>();
  for (const text of texts) {
    const { name, file, layer } = readModelFlag(text);
    const key = JSON.stringify([name, path.resolve(file)]);
    const earlier = given.get(key);
    given.set(key, { name, file: earlier?.file ?? file, layers: [...(earlier?.layers ?? []), layer] });
  }
  const models = [...given.values()];
  const names = distinctFileNames(
    models.map(({ file }) => file),
    models.map(({ name }) => name),
    modelFileEnding,
  );
  return models.map((model, index) => ({ name: names[index] ?? '', file: model.file, ...layersOf(model) }));
}

function readModelFlag(text: string): {
  readonly name: string | undefined;
  readonly file: string;
  readonly layer: string | undefined;
} {
  const [, name, place] = /^([^=/\\]+)=(.+)$/su.exec(text) ?? [];
  // A file may have the character in its name.
  if (name === undefined || place === undefined || existsSync(splitModelFlag(text).file))
    return { name: undefined, ...splitModelFlag(text) };
  return { name, ...splitModelFlag(place) };
}

function layersOf({ file, layers }: GivenModel): Pick<ModelFlag, 'layers'> {
  const named = layers.filter((layer) => layer !== undefined);
  if (named.length === 0) return {};
  if (named.length < layers.length)
    throw new InputError(
      'MODEL_OPTION',
      `\`models: ${file}\` is given without a layer, and with the layer ${named.join(', ')}`,
      {
        expected: 'all layers by their names, or none',
        hint: 'Name the usual layer too: `listModelLayers` marks it.',
      },
    );
  return { layers: [...new Set(named)] };
}
