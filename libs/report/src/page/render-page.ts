import type { StudyFacts } from '../tables/study-facts.ts';
import { clientScript } from '../generated/client-script.ts';
import { contentSecurityPolicy } from './content-security.ts';
import { joined, markup, trusted, type Markup } from './markup.ts';
import type { PageData } from './page-data.ts';
import type { PageSection } from './page-context.ts';
import { pageStyles } from './page-styles.ts';

/** Puts the sections into a page with its policy, styles, data and script. */
export function renderPage({ title, abstract }: StudyFacts, sections: readonly PageSection[], data: PageData): string {
  const styles = pageStyles();
  const entries = sections.map((section) => markup`<li><a href="#${section.id}">${section.title}</a></li>`);
  const bodies = sections.map(
    (section) =>
      markup`<section id="${section.id}" aria-labelledby="${section.id}-heading"><h2 id="${section.id}-heading">${section.title}</h2>${section.body}</section>`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy([styles], [clientScript])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(styles)}</style>
</head>
<body>
<a class="skip" href="#${sections[0]?.id}">Skip to the content</a>
<header><p class="kicker">Inter-model interpretability report</p><h1>${title}</h1>${abstract !== undefined && markup`<p class="abstract">${abstract}</p>`}</header>
<nav aria-label="Sections"><div class="bar"><ol>${joined(entries)}</ol><button type="button" id="scheme" hidden>Dark</button></div></nav>
<main>
${joined(bodies, '\n')}
</main>
<footer>Written by intermodel. This file holds everything it shows; it opens from disk and fetches nothing.</footer>
<script type="application/json" id="page-data">${jsonForPage(data)}</script>
<script>${trusted(clientScript)}</script>
</body>
</html>
`.toString();
}

/** JSON that cannot end its own element, whatever names the tables hold. */
export function jsonForPage(data: PageData): Markup {
  return trusted(
    JSON.stringify(data).replace(
      /[<>&\u2028\u2029]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}
