/** Gives cells whose text is cut off their whole text as a title, once the pointer is over them. */
export function startTitles(): void {
  document.addEventListener('mouseover', ({ target }) => {
    const cell = target instanceof Element ? target.closest('th, td') : null;
    if (cell instanceof HTMLElement && cell.title === '' && cell.scrollWidth > cell.clientWidth)
      cell.title = cell.textContent;
  });
}
