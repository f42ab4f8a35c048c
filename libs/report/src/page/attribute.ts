import { markup, type Markup } from './markup.ts';

/** An attribute with a space before it, or nothing where it has no value. */
export function attribute(name: string, value: string | number | undefined): Markup | false {
  return value !== undefined && markup` ${name}="${value}"`;
}
