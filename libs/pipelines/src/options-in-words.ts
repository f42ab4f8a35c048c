/** A resolved choice as the report states it. */
export interface OptionInWords {
  /** What is stated. */
  readonly name: string;
  /** Its value. */
  readonly value: string;
}

/** Names of options as a reader of the report understands them. */
const names: Readonly<Record<string, string>> = {
  preset: 'preset',
  gate: 'IoU gate, strictly above',
  normalisation: 'weights of concepts',
  components: 'principal components',
  clusters: 'categories of models',
  exclude: 'models left out of the fit',
  dropFirstConcept: 'first concept dropped, as the published code did',
  modelNames: 'model names',
  seed: 'seed of everything that is random',
  permutations: 'orderings of permutation tests',
  level: 'share of the values under a threshold',
  minimumIou: 'IoU gate',
  compareIou: 'comparison with the gate',
  labelGrid: 'size of label planes',
  executionProviders: 'execution providers',
  pool: 'images ranked by',
  place: 'thumbnails',
  thumbnailPixels: 'longer side of a thumbnail, pixels',
  megabytes: 'most MiB of thumbnails in the page',
};

/** Puts resolved options into words: groups become several lines, lists are enumerated, what is empty is left out. */
export function optionsInWords(options: Readonly<Record<string, unknown>>, group = ''): OptionInWords[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const name = `${group}${names[key] ?? spaced(key)}`;
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return [];
    if (Array.isArray(value)) {
      const entries: readonly unknown[] = value;
      return entries.every((entry) => typeof entry !== 'object') ? [{ name, value: entries.join(', ') }] : entries.flatMap((entry, index) => optionsInWords(entry as Record<string, unknown>, `${name} ${String(index + 1)}: `));
    }
    if (typeof value === 'object') return optionsInWords(value as Record<string, unknown>, `${name}: `);
    if (typeof value === 'boolean') return [{ name, value: value ? 'yes' : 'no' }];
    return [{ name, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
}

function spaced(key: string): string {
  return key.replace(/(?<=[a-z0-9])[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}
