import { parseHTML } from 'linkedom';

/** What is used of an element; this library is compiled without a browser's types. */
export interface DocumentElement {
  /** Tag in capitals, or as written within SVG. */
  readonly tagName: string;
  /** Value of the attribute `id`. */
  readonly id: string;
  /** Text of the element and of all below it. */
  readonly textContent: string;
  /** Markup of the element itself. */
  readonly outerHTML: string;
  /** First element below that matches. */
  querySelector(selector: string): DocumentElement | null;
  /** All elements below that match. */
  querySelectorAll(selector: string): Iterable<DocumentElement> & { readonly length: number };
  /** Value of an attribute, null where it is not set. */
  getAttribute(name: string): string | null;
  /** Sets an attribute. */
  setAttribute(name: string, value: string): void;
  /** Takes an attribute away. */
  removeAttribute(name: string): void;
  /** Takes the element out of its document. */
  remove(): void;
}

/** A document as {@link parseDocument} gives it. */
export interface ParsedDocument extends Pick<DocumentElement, 'querySelector' | 'querySelectorAll'> {
  /** Everything that is shown. */
  readonly body: DocumentElement;
}

/** Parses a page into a document that can be asked for its elements. */
export function parseDocument(html: string): ParsedDocument {
  return (parseHTML(html) as unknown as { readonly document: ParsedDocument }).document;
}
