/** A piece of a text, stressed or not. */
export interface EmphasisPart {
  /** The text, without its marks. */
  readonly text: string;
  /** Whether it stands between marks. */
  readonly isStressed: boolean;
}

/** Cuts a text of ours at `**`. */
export function emphasisParts(text: string): readonly EmphasisPart[] {
  return text
    .split('**')
    .map((part, index) => ({ text: part, isStressed: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}
