import { createHash } from 'node:crypto';

/**
 * Policy that lets a page run and style itself with exactly these texts, show images from itself, and do nothing else.
 */
export function contentSecurityPolicy(styles: readonly string[], scripts: readonly string[]): string {
  const sources = (texts: readonly string[]): string =>
    texts.length === 0 ? "'none'" : texts.map(sourceHash).join(' ');
  return [
    "default-src 'none'",
    `style-src ${sources(styles)}`,
    `script-src ${sources(scripts)}`,
    "img-src data: 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
