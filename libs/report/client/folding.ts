/** Pixels below which sections begin folded. */
const narrow = 640;

/**
 * Lets sections fold on narrow screens, where they begin folded but for the first; whatever is linked to unfolds.
 */
export function startFolding(): void {
  if (innerWidth >= narrow) return;
  for (const section of document.querySelectorAll<HTMLElement>('main > section:not(:first-of-type)')) {
    const heading = section.querySelector('h2');
    if (heading === null) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    const fold = (isFolded: boolean): void => {
      section.toggleAttribute('data-folded', isFolded);
      button.setAttribute('aria-expanded', String(!isFolded));
    };
    fold(true);
    button.addEventListener('click', () => {
      fold(!section.hasAttribute('data-folded'));
    });
    section.addEventListener('unfold', () => {
      fold(false);
    });
  }
  const follow = (): void => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null) return;
    unfold(target);
    target.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  document.addEventListener('click', ({ target }) => {
    const hash = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href^="#"]')?.hash : undefined;
    const wanted = hash === undefined ? null : document.getElementById(hash.slice(1));
    if (wanted !== null) unfold(wanted);
  });
  follow();
}

/** Opens the section and the folds that an element stands in. */
export function unfold(element: Element): void {
  element.closest('main > section')?.dispatchEvent(new Event('unfold'));
  for (let fold = element.closest('details'); fold !== null; fold = fold.parentElement?.closest('details') ?? null)
    fold.open = true;
}
