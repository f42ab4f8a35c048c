/**
 * A piece of HTML or SVG that is known to be well-formed: only {@link markup}, {@link joined} and {@link trusted} make
 * one.
 */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * What a template may hold: markup goes in as it is, everything else is escaped; `undefined` and `false` leave nothing.
 */
export type MarkupValue = Markup | string | number | undefined | false | readonly MarkupValue[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text without the control characters and halves of characters that no HTML or SVG may hold. */
export function allowedText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '');
}

/** Text as it may stand between tags and in quoted attributes; what no HTML or SVG may hold is dropped. */
export function escapeText(text: string): string {
  return allowedText(text).replace(/[&<>"']/gu, (character) => entities[character] ?? '');
}

/** Template tag that escapes every value which is not markup already. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += rendered(value) + (parts[index + 1] ?? '');
  });
  return new Markup(text);
}

/** Pieces in a row, with nothing (or `separator`, escaped) between them. */
export function joined(pieces: readonly MarkupValue[], separator = ''): Markup {
  return new Markup(pieces.map(rendered).join(escapeText(separator)));
}

/** Declares text to be markup: for what our own figures and files hold, never for what comes from a table. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function rendered(value: MarkupValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'object') return value.map(rendered).join('');
  return escapeText(String(value));
}
