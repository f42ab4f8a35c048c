import type { Markup } from '../src/page/markup.ts';
import type { PageData } from '../src/page/page-data.ts';

/**
 * Element of a kind with an identifier, or undefined where this page has none: sections come and go with the tables.
 */
export function find<E extends Element>(id: string, kind: new () => E): E | undefined {
  const element = document.getElementById(id);
  return element instanceof kind ? element : undefined;
}

/** Puts markup in the place of what an element holds. */
export function fill(element: Element | undefined, content: Markup | string): void {
  if (element === undefined) return;
  if (typeof content === 'string') element.textContent = content;
  else element.innerHTML = content.toString();
}

/** Study that the page carries. */
export function readPageData(): PageData {
  return JSON.parse(document.getElementById('page-data')?.textContent ?? '{}') as PageData;
}

/** Index that a list of choices stands at. */
export function chosen(select: HTMLSelectElement | undefined): number {
  return Number(select?.value ?? 0);
}

/** Width that a drawing has on this screen: not wider than it is drawn for, not narrower than can be read. */
export function drawingWidth(frame: Element, widest: number): number {
  return Math.round(Math.min(widest, Math.max(300, frame.clientWidth)));
}

/** Calls `draw` at once, and again whenever the width of a frame changes by more than a scroll bar. */
export function redrawOnResize(frame: Element, draw: () => void): void {
  let width = frame.clientWidth;
  draw();
  new ResizeObserver(() => {
    if (Math.abs(frame.clientWidth - width) < 20) return;
    width = frame.clientWidth;
    draw();
  }).observe(frame);
}
