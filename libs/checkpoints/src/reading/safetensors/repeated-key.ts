/**
 * First name that stands twice in one object of a text in JSON, of which parsers keep the last; undefined where there is
 * none.
 *
 * @param text valid JSON
 * @param depth how deep the objects are that are looked at: 1 = the outermost
 */
export function repeatedKey(text: string, depth = 1): string | undefined {
  const names = new Set<string>();
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gsu;
  let level = 0;
  for (const [whole, colon] of text.matchAll(token)) {
    if (whole === '{' || whole === '[') {
      level++;
      if (level === depth) names.clear();
    } else if (whole === '}' || whole === ']') level--;
    else if (colon !== undefined && level === depth) {
      const name = JSON.parse(whole.slice(0, whole.length - colon.length)) as string;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}
