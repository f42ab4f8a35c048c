import { describe, expect, it } from 'vitest';
import { nearestOptions, searchOptions } from './search-options.ts';

const pathsOf = (text: string) => searchOptions(text).rows.map(({ path }) => path);

describe(searchOptions, () => {
  it('finds options by path, flag, help, and how they are stated, whatever the case', () => {
    expect(pathsOf('runtime.threads')).toEqual(['runtime.threads']);
    expect(pathsOf('--max-pixels')).toContain('data.maxPixels');
    expect(pathsOf('thumbnails MIB')).toEqual(['gallery.megabytes']);
    expect(pathsOf('hellinger')).toEqual(['embedding.normalisation', 'claims.normalisations']);
    expect(pathsOf('Bau 2019')).toEqual(['preset', 'diffPreset']);
  });

  it.each(['models[0].layer', 'models[resnet 50].layer', 'models[].layer', 'MODELS[a.b].layer'])(
    'finds %s as it is set',
    (path) => {
      expect(pathsOf(path)).toContain('models[].layer');
    },
  );

  it('finds those that hold all words', () => {
    expect(pathsOf('exif')).toEqual(pathsOf('orientation exif'));
    expect(pathsOf('exif gallery.units')).toEqual([]);
  });

  it('finds all for no word', () => {
    expect(pathsOf(' ').length).toBeGreaterThan(100);
  });

  it('names the nearest where there is none', () => {
    expect(searchOptions('maxPixles')).toEqual({ rows: [], nearest: ['data.maxPixels'] });
    expect(searchOptions('runtime.treads').nearest).toEqual(['runtime.threads']);
    expect(searchOptions('--galery-pol').nearest).toEqual(['gallery.pool']);
    expect(searchOptions('qqqqqqqqqq').nearest).toEqual([]);
  });
});

describe(nearestOptions, () => {
  it('knows keys that stand under another group', () => {
    expect(nearestOptions('data.thread')).toEqual(['runtime.threads']);
    expect(nearestOptions('data.threads')).toEqual(['runtime.threads']);
    expect(nearestOptions('images')).toEqual(['data.images', 'tasks[].images', 'gallery.images']);
    expect(nearestOptions('models[].imput.width')).toEqual([
      'models[].input.width',
      'data.labelGrid.width',
      'data.segmenters[].input.width',
    ]);
  });
});
