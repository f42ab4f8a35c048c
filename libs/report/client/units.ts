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
  startLarge();
  search.addEventListener('input', show);
  model?.addEventListener('change', show);
}

/** Shows an image of a unit large once it is chosen, with what is known of the unit and its other images. */
function startLarge(): void {
  const dialog = document.createElement('dialog');
  const heading = document.createElement('h3');
  const facts = document.createElement('p');
  const large = document.createElement('div');
  large.className = 'large';
  const strip = document.createElement('div');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = 'Close';
  close.addEventListener('click', () => {
    dialog.close();
  });
  dialog.append(heading, facts, large, strip, close);
  dialog.setAttribute('aria-label', 'Unit');
  document.body.append(dialog);
  const show = (picture: Element): void => {
    const unit = picture.closest('.unit');
    if (unit === null) return;
    heading.textContent = unit.querySelector('h4')?.textContent ?? '';
    facts.textContent = `${unit.querySelector('.unit-facts')?.textContent ?? ''} · ${picture.getAttribute('aria-label')?.split(': ').pop() ?? ''}`;
    const copy = picture.cloneNode(true) as Element;
    copy.removeAttribute('tabindex');
    large.replaceChildren(copy);
    const others = unit.querySelector('.strip')?.cloneNode(true);
    strip.replaceChildren(...(others === undefined ? [] : [others]));
    [...strip.querySelectorAll('svg[role=img]')].forEach((copy, index) => {
      copy.addEventListener('click', () => {
        const original = unit.querySelectorAll('.strip svg[role=img]')[index];
        if (original !== undefined) show(original);
      });
    });
    if (!dialog.open) dialog.showModal();
  };
  for (const item of document.querySelectorAll<SVGElement>('.gallery .strip svg[role=img]')) {
    item.setAttribute('tabindex', '0');
    item.addEventListener('click', () => {
      show(item);
    });
    item.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') show(item);
    });
  }
}
