import { fill, find } from './page.ts';

/** Lets the reader search the gallery by concept and unit, and look at one model. */
export function startUnits(): void {
  const search = find('unit-search', HTMLInputElement);
  const model = find('unit-model', HTMLSelectElement);
  if (search === undefined) return;
  const galleries = [...document.querySelectorAll<HTMLElement>('.gallery')];
  const units = galleries.flatMap((gallery) => [...gallery.querySelectorAll<HTMLElement>('.unit')]);
  const show = (): void => {
    const words = search.value
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word !== '');
    const wanted = model?.value ?? '';
    let shown = 0;
    for (const gallery of galleries) {
      let inGallery = 0;
      for (const unit of gallery.querySelectorAll<HTMLElement>('.unit')) {
        unit.hidden = !words.every((word) => unit.dataset['text']?.includes(word) === true);
        if (!unit.hidden) inGallery += 1;
      }
      gallery.hidden = inGallery === 0 || (wanted !== '' && gallery.dataset['model'] !== wanted);
      if (!gallery.hidden) shown += inGallery;
    }
    fill(find('unit-count', HTMLElement), `${String(shown)} of ${String(units.length)} units`);
  };
  search.addEventListener('input', show);
  model?.addEventListener('change', show);
}
