import { find } from './page.ts';

/** Lets the reader turn the page dark or light, whatever the system prefers. */
export function startScheme(): void {
  const button = find('scheme', HTMLButtonElement);
  if (button === undefined) return;
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean =>
    root.dataset['scheme'] === undefined ? system.matches : root.dataset['scheme'] === 'dark';
  const label = (): void => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
  };
  button.addEventListener('click', () => {
    root.dataset['scheme'] = isDark() ? 'light' : 'dark';
    label();
  });
  system.addEventListener('change', label);
  button.hidden = false;
  label();
}
