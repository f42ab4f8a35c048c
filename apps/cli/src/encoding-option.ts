import { checkTextEncoding, textEncodings, type TextEncoding } from '@intermodel/pipelines';
import { Option } from 'commander';

/** The option that says how the bytes of CSV files are text. */
export function encodingOption(): Option {
  return new Option('--encoding <NAME>', 'encoding of CSV files without a byte-order mark (default: utf-8)').choices(
    Object.keys(textEncodings),
  );
}

/** The encoding that was given, to be spread over options. */
export function chosenEncoding(name: string | undefined): { readonly encoding?: TextEncoding } {
  return name === undefined ? {} : { encoding: checkTextEncoding(name) };
}
