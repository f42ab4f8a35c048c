/** Control characters, marks that turn the direction of text or break lines, and halves of characters. */
const hidden = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/**
 * Text in which control characters are written out, as JSON writes them (`\u001b`): a name out of a file must not move
 * the cursor of a terminal, colour it, or turn the text that follows.
 *
 * @param text any text
 * @param kept characters that stay, such as line ends
 */
export function visibleText(text: string, kept = ''): string {
  return text.replace(hidden, (character) =>
    kept.includes(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
