import { topActivationsDefaults, type ActivationPool } from '@intermodel/numerics';
import { galleryPlaces, type GalleryPlace } from '../study.ts';
import { choicesOf } from './choices.ts';
import type { OptionRow } from './option-row.ts';

const report = { commands: ['dissect', 'run', 'watch', 'status', 'clean'], heading: 'Report' } as const;

const pools = {
  max: 'largest value of the map',
  mean: 'mean of the map',
} satisfies Readonly<Record<ActivationPool, string>>;

const places = {
  embedded: 'in the page',
  folder: 'in a folder beside the page',
} satisfies Readonly<Record<GalleryPlace, string>>;

/** Options of the images that the report shows of the best units. */
export const galleryOptions: readonly OptionRow[] = [
  {
    path: 'gallery',
    type: { kind: 'group', name: 'gallery' },
    help: 'Images that drive the best units most strongly, as the report shows them.',
  },
  {
    path: 'gallery.units',
    type: { kind: 'whole', unit: 'units', minimum: 0, maximum: 10_000 },
    default: 12,
    help: 'Best units of each layer that are shown; 0 shows none.',
    flags: [
      {
        flags: '--gallery-units <N>',
        ...report,
        help: 'Units of each layer whose top images the report shows, 0 for none.',
      },
    ],
    words: { name: 'units of each layer' },
    enters: ['gallery'],
  },
  {
    path: 'gallery.images',
    type: { kind: 'whole', unit: 'images', minimum: 1, maximum: 100 },
    default: topActivationsDefaults.images,
    help: 'Images of each unit.',
    flags: [{ flags: '--gallery-images <K>', ...report, help: 'Top images of each unit.' }],
    words: { name: 'images of each unit' },
    enters: ['top'],
  },
  {
    path: 'gallery.pool',
    type: { kind: 'choice', choices: choicesOf(pools) },
    default: topActivationsDefaults.pool,
    help: "What of a unit's map ranks the images: its largest value or its mean.",
    flags: [{ flags: '--gallery-pool <NAME>', ...report }],
    words: { name: 'images ranked by', values: pools },
    enters: ['top'],
  },
  {
    path: 'gallery.thumbnailPixels',
    type: { kind: 'whole', unit: 'pixels', minimum: 16, maximum: 1024 },
    default: 112,
    help: 'Longer side of a thumbnail.',
    words: { name: 'longer side of a thumbnail, pixels' },
    enters: ['gallery'],
  },
  {
    path: 'gallery.place',
    type: { kind: 'choice', choices: galleryPlaces },
    default: 'embedded',
    help: 'Where thumbnails stand: in the report itself, or in a folder beside it.',
    flags: [{ flags: '--gallery <PLACE>', ...report }],
    words: { name: 'thumbnails', values: places },
  },
  {
    path: 'gallery.megabytes',
    type: { kind: 'number', unit: 'MiB', minimum: 0, maximum: 1024 },
    default: 2,
    help: 'Most MiB of thumbnails in the report itself; what does not fit is named only.',
    flags: [{ flags: '--gallery-megabytes <N>', ...report }],
    words: { name: 'most MiB of thumbnails in the page' },
  },
];
