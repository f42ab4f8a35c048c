import type { Random } from '@intermodel/numerics';
import { bendBytes, type BentBytes } from './bend-bytes.ts';

/** What users and programs write where something else is expected. */
const oddities = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e309',
    '-1e308',
    '1e306',
    'NaN',
    'Infinity',
    '1,234',
    '0x10',
    '9'.repeat(400),
    '18446744073709551616',
    'null',
    'true',
    '~',
    '[]',
    '{}',
    '""',
    '"',
    "'",
    ',',
    ';',
    '\n',
    '\r',
    '\t',
  ],
  ...[
    '..',
    '../../etc/passwd',
    '/dev/zero',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '\ufeff',
    '\ud800',
    'é',
    'e\u0301',
    '名前',
    '👩‍🔬',
    '=1+1',
    '@x',
    '<script>alert(1)</script>',
    '%s',
    '$(id)',
    'x.deadbeef.partial',
  ],
  ...['n'.repeat(300), '&a', '*a', '!!merge x', '<<: *a', '- - - -', '[['.repeat(200), '{"a":'.repeat(200), '# no'],
];

/** Bends text at its words, cells and lines, so that most of it still says something; now and then its bytes. */
export function bendText(text: string, random: Random): BentBytes {
  const parts = text.split(/([\s,:;[\]{}"]+)/u);
  const at = () => random.below(parts.length);
  const pick = () => oddities[random.below(oddities.length)] ?? '';
  const told: string[] = [];
  if (random.below(6) === 0) return bendBytes(Buffer.from(text), random);
  for (let change = 1 + random.below(3); change > 0; change--) {
    const place = at();
    switch (random.below(5)) {
      case 0:
      case 1: {
        const odd = pick();
        told.push(`${JSON.stringify(parts[place])} became ${JSON.stringify(odd.slice(0, 30))}`);
        parts[place] = odd;
        break;
      }
      case 2:
        told.push(
          `without ${JSON.stringify(
            parts
              .splice(place, 1 + random.below(4))
              .join('')
              .slice(0, 30),
          )}`,
        );
        break;
      case 3: {
        const piece = parts.slice(place, place + 1 + random.below(40));
        told.push(`${JSON.stringify(piece.join('').slice(0, 30))} twice`);
        parts.splice(place, 0, ...piece);
        break;
      }
      default: {
        const other = at();
        [parts[place], parts[other]] = [parts[other] ?? '', parts[place] ?? ''];
        told.push(`parts ${String(place)} and ${String(other)} exchanged`);
      }
    }
  }
  return { bytes: Buffer.from(parts.join('')), how: told.join('; ') };
}
