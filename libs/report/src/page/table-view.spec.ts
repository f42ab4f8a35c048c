import { describe, expect, it } from 'vitest';
import { escapeMarkdown, tableView } from './table-view.ts';
import { parseDocument } from './parse-document.ts';

const view = tableView({
  id: 'table',
  caption: 'Two | rows',
  interactive: true,
  rows: [
    { name: 'a|b', value: 1 / 3 },
    { name: '<b>', value: Number.NaN },
  ],
  columns: [
    { title: 'Name', value: ({ name }) => name },
    { title: 'Value', numeric: true, value: ({ value }) => value, text: ({ value }) => value.toFixed(2) },
  ],
});

describe('tableView', () => {
  it('shows rounded values and keeps what it sorts by', () => {
    const document = parseDocument(`<!doctype html><html><body>${view.html().toString()}</body></html>`);
    const cell = document.querySelector('tbody td');
    expect(cell?.textContent).toBe('0.33');
    expect(cell?.getAttribute('data-sort')).toBe('0.333333');
    expect(document.querySelectorAll('th[scope=row]')).toHaveLength(2);
    expect(document.querySelector('[role=region]')?.getAttribute('tabindex')).toBe('0');
  });

  it('saves full precision as CSV', () => {
    expect(view.csv()).toBe('Name,Value\na|b,0.3333333333333333\n<b>,\n');
  });

  it('writes Markdown that cells cannot break out of', () => {
    expect(view.markdown()).toBe('| Name | Value |\n| --- | ---: |\n| a\\|b | 0.33 |\n| &lt;b&gt; | NaN |');
    expect(view.markdown(1).split('\n')).toHaveLength(3);
  });
});

describe('escapeMarkdown', () => {
  it('disarms links, mentions, HTML, emphasis and line ends', () => {
    expect(escapeMarkdown('[x](http://e.org) @me <i> *a*\n# b')).toBe(
      '\\[x\\]\\(http:\u200b//e.org\\) \\@me &lt;i&gt; \\*a\\* \\# b',
    );
  });
});
