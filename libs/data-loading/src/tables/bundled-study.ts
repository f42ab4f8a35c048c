import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, suggestName } from '@intermodel/streams';

/**
 * A study that comes with the library: published tables that `readUnitTables` and `readScoreTables` read, a table of
 * families for `readModelFamilies`, and the claims that were made of it.
 */
export interface BundledStudy {
  /** Arrow file of the unit table. */
  readonly units: string;
  /** Arrow file of the scores, tidy. */
  readonly scores: string;
  /** CSV file of the families of the models, with the reasons. */
  readonly families: string;
  /** YAML file of what is claimed of them. */
  readonly claims: string;
}

/**
 * The published dissection of 20 ResNet-50s (Mustapha, Khreich, Masri 2022) with the scores of 14 of them on 36
 * columns (Ericsson, Gouk, Hospedales 2021); origins in `data/ssl-2022/README.md`.
 *
 * @throws InputError `STUDY_UNKNOWN` for a name that is not bundled.
 */
export function bundledStudy(name: string): BundledStudy {
  if (!bundledStudies.includes(name))
    throw new InputError('STUDY_UNKNOWN', `there is no bundled study "${name}"`, {
      hint: suggestName(name, bundledStudies),
    });
  const file = (table: string) => fileURLToPath(new URL(`../../data/${name}/${table}`, import.meta.url));
  const study = {
    units: file('units.arrow'),
    scores: file('scores.arrow'),
    families: file('families.csv'),
    claims: file('claims.yaml'),
  };
  for (const path of Object.values(study)) {
    if (!existsSync(path))
      throw new InputError('FILE_MISSING', 'a file of the bundled study is missing', {
        file: path,
        hint: 'Install the package again.',
      });
  }
  return study;
}

/** Names of the bundled studies. */
export const bundledStudies: readonly string[] = ['ssl-2022'];
