import { bundledStudy } from '@intermodel/data-loading';
import { embeddingPresets, type EmbeddingPresetName } from '@intermodel/embedding';
import type { ReportChoices } from '@intermodel/outputs';
import { embedStudy, type EmbeddedStudy } from './embed-study.ts';
import type { ClaimChoices } from './multiverse/judge-study.ts';
import type { RelationChoices } from './relate-scores.ts';

/** Options of {@link reproduceStudy}. */
export interface ReproduceStudyOptions extends ReportChoices, RelationChoices {
  /** Folder to write; it appears whole or not at all. */
  readonly out: string;
  /** Choices of the embedding; `default` differs from the paper in that no concept is dropped. @default 'paper-2022' */
  readonly preset?: EmbeddingPresetName;
  /** Table of the families of the models. @default that of the bundled study */
  readonly families?: string;
  /** Claims that are judged, in universes of other choices. @default those of the paper, 200 universes */
  readonly claims?: ClaimChoices | undefined;
  /** Bootstrap replicates, and permutations that components are tested by; 0 leaves both out. @default 200 */
  readonly replicates?: number;
  /** Command that makes the same folder again, for the record. @default 'reproduceStudy' */
  readonly command?: string;
  /** Told of every step as it begins. */
  readonly onStep?: (step: string) => void;
}

/** Works that the bundled study comes from. */
export const publishedReferences = [
  'A. Mustapha, W. Khreich, W. Masri: Inter-model Interpretability: Self-supervised Models as a Case Study. 2022.',
  'L. Ericsson, H. Gouk, T. M. Hospedales: How Well Do Self-Supervised Models Transfer? CVPR 2021.',
  'D. Bau, B. Zhou, A. Khosla, A. Oliva, A. Torralba: Network Dissection: Quantifying Interpretability of Deep Visual Representations. CVPR 2017.',
] as const;

/** What the published study asks and from what, below the headline of its report. */
const publishedAbstract =
  'Twenty ResNet-50s, most of them trained without labels, were dissected by others over the Broden images: each of the 2,048 units of their last convolutional layer was matched with the concept that it detects best. This report counts the matches of every model as a concept profile, places thirteen models by their profiles, and asks which properties of the profiles go with the transfer scores of twelve of them, published independently.';

/** Score that most of the others follow: what is left of relations given it is asked for all. */
const publishedGiven = 'dt_ImageNet';

/**
 * Reproduces the published study from its bundled tables: profiles of 20 ResNet-50s, the embedding of 13 of them, their
 * categories, and relations to 36 score columns.
 */
export function reproduceStudy({
  out,
  preset = 'paper-2022',
  families,
  given = publishedGiven,
  claims,
  command = 'reproduceStudy',
  onStep,
  ...choices
}: ReproduceStudyOptions): Promise<EmbeddedStudy> {
  const bundled = bundledStudy('ssl-2022');
  const { exclude, modelNames } = embeddingPresets['paper-2022'];
  return embedStudy({
    ...choices,
    units: [bundled.units],
    scores: [bundled.scores],
    families: families ?? bundled.families,
    given,
    claims: { file: bundled.claims, ...claims },
    out,
    preset,
    exclude,
    modelNames,
    title: 'Twenty ResNet-50s by the concepts of their units',
    abstract: publishedAbstract,
    command,
    references: publishedReferences,
    ...(onStep === undefined ? {} : { onStep }),
  });
}
