import type { DissectionPreset } from '@intermodel/concept-matching';
import type { DatasetDescription } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';

/** What rounding may take from a coverage. */
const tolerance = 1e-9;

/**
 * Checks before any model is run that the presets of a study leave concepts over: what is too rare for them would else
 * be known only when all models have been run.
 *
 * @throws InputError `CONCEPTS_TOO_RARE` with the key of the study that decides.
 */
export function checkConcepts(
  description: Pick<DatasetDescription, 'images' | 'concepts'>,
  { preset, matching, diffPreset, diffMatching }: Pick<Study, 'preset' | 'matching' | 'diffPreset' | 'diffMatching'>,
): void {
  checkPreset(description, preset, matching, 'matching');
  if (diffPreset !== undefined && diffMatching !== undefined)
    checkPreset(description, diffPreset, diffMatching, 'diffMatching');
}

function checkPreset(
  { images, concepts }: Pick<DatasetDescription, 'images' | 'concepts'>,
  preset: string,
  { minimumImages, minimumCoverage }: DissectionPreset,
  key: string,
): void {
  const coverage = (pixelShare: number) => pixelShare * images;
  // Where nothing is labelled at all, this is not what is wrong.
  if (concepts.every((concept) => concept.images === 0)) return;
  if (
    concepts.some(
      (concept) => concept.images >= minimumImages && coverage(concept.pixelShare) >= minimumCoverage - tolerance,
    )
  )
    return;
  const most = Math.max(...concepts.map((concept) => concept.images));
  const widest = Math.max(...concepts.map(({ pixelShare }) => coverage(pixelShare)));
  throw new InputError(
    'CONCEPTS_TOO_RARE',
    `no concept is as frequent as the preset ${preset} demands: the most frequent is in ${String(most)} images, and the widest covers ${widest.toFixed(2)} whole images`,
    {
      column: key,
      expected: `a concept in at least ${String(minimumImages)} images that covers ${String(minimumCoverage)} whole images`,
      hint: `Add labelled images, or set \`${key}.minimumImages: 0\` and \`${key}.minimumCoverage: 0\`.`,
    },
  );
}
