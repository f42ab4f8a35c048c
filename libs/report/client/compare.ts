import type { PageData } from '../src/page/page-data.ts';
import { comparisonView } from '../src/views/compare-view.ts';
import { chosen, fill, find } from './page.ts';

/** Lets the reader choose two models to compare. */
export function startComparison(data: PageData): void {
  const [first, second] = [find('compare-first', HTMLSelectElement), find('compare-second', HTMLSelectElement)];
  const target = find('comparison', HTMLElement);
  if (first === undefined || second === undefined) return;
  const show = (): void => {
    fill(target, comparisonView(data, chosen(first), chosen(second)));
  };
  first.addEventListener('change', show);
  second.addEventListener('change', show);
  find('compare-swap', HTMLButtonElement)?.addEventListener('click', () => {
    [first.value, second.value] = [second.value, first.value];
    show();
  });
}
