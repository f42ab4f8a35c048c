import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from './parse-document.ts';
import { escapeText, joined, markup, trusted } from './markup.ts';

describe('markup', () => {
  it('escapes what is not markup, and only that', () => {
    const inner = markup`<b>${'<i>"&\''}</b>`;
    expect(String(markup`<p title="${'"x"'}">${inner}${3}${undefined}${false}${['<', inner]}</p>`)).toBe(
      '<p title="&quot;x&quot;"><b>&lt;i&gt;&quot;&amp;&#39;</b>3&lt;<b>&lt;i&gt;&quot;&amp;&#39;</b></p>',
    );
    expect(String(joined([trusted('<br>'), '<'], ' & '))).toBe('<br> &amp; &lt;');
  });

  it('gives back any text from content and from attributes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', ';', 'a', '`', '=', '/', '-', '!', '\u{1f600}') }),
        (text) => {
          const document = parseDocument(
            String(markup`<!doctype html><html><body><p title="${text}">${text}</p></body></html>`),
          );
          const paragraph = document.querySelector('p');
          expect(paragraph?.textContent).toBe(text);
          expect(paragraph?.getAttribute('title')).toBe(text);
          expect(document.querySelectorAll('body *')).toHaveLength(1);
        },
      ),
    );
  });

  it('drops characters that no document may hold', () => {
    expect(escapeText('a\u0000b\u001bc\td')).toBe('abc\td');
  });
});
