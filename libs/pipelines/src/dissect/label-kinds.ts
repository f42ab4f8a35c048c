import type { DissectionPreset } from '@intermodel/concept-matching';
import { matchingsOf, type StudyModel } from '@intermodel/studies';
import type { GroupContext } from './group-context.ts';
import { ShardLabels } from './shard-labels.ts';

/** Labels under each way to treat pixels that nobody judged: one way for most studies. */
export class LabelKinds {
  readonly #kinds = new Map<string, ShardLabels>();
  readonly #open: (preset: DissectionPreset) => ShardLabels;

  constructor(context: GroupContext, model: StudyModel) {
    this.#open = (preset) => new ShardLabels(context, model, preset);
    for (const preset of matchingsOf(context.study)) this.of(preset);
  }

  /** One for each way to treat them that a preset of the study has. */
  get all(): readonly ShardLabels[] {
    return [...this.#kinds.values()];
  }

  /** Labels as a preset wants them. */
  of(preset: DissectionPreset): ShardLabels {
    const known = this.#kinds.get(preset.ignoredPixels);
    if (known !== undefined) return known;
    const labels = this.#open(preset);
    this.#kinds.set(preset.ignoredPixels, labels);
    return labels;
  }
}
