import type { PageData } from '../src/page/page-data.ts';
import { unfold } from './folding.ts';
import { find } from './page.ts';

/**
 * Follows permanent links: `#unit=MODEL/LAYER/12` to a unit of the gallery, `#relation=PROPERTY/SCORE` to a relation by
 * the names that its table has.
 */
export function startLinks({ tasks }: PageData): void {
  const follow = (): void => {
    const [kind, ...rest] = decodeURIComponent(location.hash.slice(1)).split('=');
    const name = rest.join('=');
    if (kind === 'unit') {
      const unit = [...document.querySelectorAll<HTMLElement>('.unit')].find(({ dataset }) => dataset['unit'] === name);
      for (const each of document.querySelectorAll('.unit.linked')) each.classList.remove('linked');
      if (unit === undefined) return;
      unit.classList.add('linked');
      unfold(unit);
      unit.scrollIntoView({ block: 'center' });
    }
    if (kind === 'relation' && tasks !== null) {
      const slash = name.indexOf('/');
      const predictor = tasks.predictors.indexOf(name.slice(0, slash));
      const column = tasks.columns.findIndex((each) => each.column === name.slice(slash + 1));
      if (predictor < 0 || column < 0) return;
      for (const [id, value] of [
        ['score-predictor', predictor],
        ['score-column', column],
      ] as const) {
        const list = find(id, HTMLSelectElement);
        if (list !== undefined) list.value = String(value);
      }
      find('score-column', HTMLSelectElement)?.dispatchEvent(new Event('change'));
      const figure = find('relation', HTMLElement);
      if (figure === undefined) return;
      unfold(figure);
      figure.scrollIntoView();
    }
  };
  addEventListener('hashchange', follow);
  follow();
}
