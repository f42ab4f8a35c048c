/**
 * Prints the table of networks of `docs/small-world.md`, from the record of their training.
 *
 *     npx tsx --conditions=@intermodel/source tools/small-world/tell-models.ts
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Training {
  readonly name: string;
  readonly objective: string;
  readonly input: 'colour' | 'brightness';
  readonly seed: number;
  readonly epochs: number;
  readonly images: number;
  readonly seconds: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly parameters: number;
}

const record = path.join(import.meta.dirname, '../../libs/small-world/models/training.json');
const networks = JSON.parse(readFileSync(record, 'utf8')) as readonly Training[];
console.log('| network | trained to | seed | epochs | seconds | loss, first and last | parameters |');
console.log('|---|---|---|---|---|---|---|');
for (const { name, objective, input, seed, epochs, seconds, firstLoss, lastLoss, parameters } of networks)
  console.log(
    `| ${name} | ${objective}${input === 'brightness' ? ' Sees brightness alone.' : ''} | ${String(seed)} | ${String(epochs)} | ${seconds.toFixed(0)} | ${firstLoss.toFixed(3)}, ${lastLoss.toFixed(3)} | ${parameters.toLocaleString('en')} |`,
  );
