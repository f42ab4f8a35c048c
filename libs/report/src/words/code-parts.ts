/** A piece of a message: plain text, or the name of a setting, a function or a command. */
export interface TextPart {
  /** The text, without its marks. */
  readonly text: string;
  /** Whether it stands between marks of code. */
  readonly isCode: boolean;
}

/** Cuts a message at its marks of code (`` `data.maxPixels` ``); a mark without its second is plain text. */
export function codeParts(message: string): readonly TextPart[] {
  return message
    .split(/((?<!`)`[^`\n]+`(?!`))/u)
    .map((part, index) => (index % 2 === 1 ? { text: part.slice(1, -1), isCode: true } : { text: part, isCode: false }))
    .filter(({ text }) => text !== '');
}
