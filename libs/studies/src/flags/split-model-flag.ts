import { statSync } from 'node:fs';
import { InputError } from '@intermodel/errors';

/** A file of a model, and a layer of it. */
export interface SplitModelFlag {
  /** Path of the ONNX file. */
  readonly file: string;
  /** Tensor of it; undefined: the usual choice. */
  readonly layer: string | undefined;
}

/**
 * Splits `FILE:LAYER` at the last colon that stands behind an existing file, since both may hold colons themselves.
 * Where no part is a file, it is split behind `.onnx`, so that the missing file is named without the layer.
 *
 * @throws InputError `MODEL_OPTION` where no layer stands behind the colon.
 */
export function splitModelFlag(text: string): SplitModelFlag {
  if (isFile(text)) return { file: text, layer: undefined };
  for (let colon = text.lastIndexOf(':'); colon > 0; colon = text.lastIndexOf(':', colon - 1))
    if (isFile(text.slice(0, colon))) return named(text, text.slice(0, colon), text.slice(colon + 1));
  const [, file = text, layer] = /^(.*?\.onnx)(?::(.*))?$/isu.exec(text) ?? [];
  return layer === undefined ? { file, layer } : named(text, file, layer);
}

function named(text: string, file: string, layer: string): SplitModelFlag {
  if (layer === '')
    throw new InputError('MODEL_OPTION', `no layer stands behind the colon of "${text}"`, {
      file,
      expected: 'FILE, or FILE:LAYER',
      hint: `Leave the colon out for the usual layer, or name one that \`listModelLayers\` lists.`,
    });
  return { file, layer };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
