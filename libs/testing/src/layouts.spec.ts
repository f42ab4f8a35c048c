import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawnConcepts, drawScenes } from './draw-scenes.ts';
import { drawnAde20kClasses, writeAde20kChallengeLayout, writeAde20kLayout } from './write-ade20k-layout.ts';
import { brodenPixels, writeBrodenLayout } from './write-broden-layout.ts';
import {
  columnRuns,
  drawnCocoIds,
  encodeCounts,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
} from './write-coco-layout.ts';
import { writeNpy } from './write-npy.ts';
import { drawnVocIndices, vocPaletteColour, writeVocLayout } from './write-voc-layout.ts';

// Data sets are drawn; that their bytes lie as published is checked here, with another decoder and published figures.
const scenes = drawScenes({ count: 3 });
const [first] = scenes;
let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const lines = (...parts: string[]) =>
  text(...parts)
    .trimEnd()
    .split('\n');
/** Samples of a PNG without any change of colours, and what its header says. */
const png = async (...parts: string[]) => {
  const bytes = readFileSync(at(...parts));
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels, depth: bytes[24], colourType: bytes[25], bytes };
};
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'layouts-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe(writeBrodenLayout, () => {
  // The README that the builder of Broden writes (joinseg.py): columns, separators, numbers, file names.
  it('writes the tables that the README of Broden describes', () => {
    writeBrodenLayout(root, scenes);
    const [head, row] = lines('index.csv');
    expect(head).toMatch(/^image,split,ih,iw,sh,sw,/u);
    expect(row).toBe(
      'drawn/scene-000.jpg,train,48,64,24,32,drawn/scene-000_object.png,drawn/scene-000_material_1.png;drawn/scene-000_material_2.png,drawn/scene-000_part.png,11;12',
    );
    expect(lines('category.csv')[0]).toBe('name,first,last,count,frequency');
    expect(lines('label.csv')[0]).toBe('number,name,category,frequency,coverage,syns');
    expect(lines('label.csv').at(-1)).toBe('300,fabric,material(36);object(3),39,4.225474,cloth');
    expect(lines('c_object.csv')[0]).toBe('code,number,name,frequency,coverage');
  });

  it('says labels as red + 256 green', async () => {
    expect([...brodenPixels(Uint16Array.of(0, 255, 256, 1197))]).toEqual([0, 0, 0, 255, 0, 0, 0, 1, 0, 173, 4, 0]);
    writeBrodenLayout(root, scenes);
    const { data, channels, depth, colourType } = await png('images/drawn/scene-000_object.png');
    expect([channels, depth, colourType, data.length]).toEqual([3, 8, 2, 24 * 32 * 3]);
    expect(new Set([...data].filter((_, index) => index % 3 === 2))).toEqual(new Set([0]));
    expect(data[0]).toBe(first?.objects[0]);
  });
});

describe(writeAde20kLayout, () => {
  // loadAde20K.m of the release: class = R / 10 * 256 + G, instances in B.
  it('says classes by tens of red and by green', async () => {
    writeAde20kLayout(root, scenes);
    const { data } = await png('images/training/s/scenery/scene-000_seg.png');
    const codes = Array.from(
      { length: data.length / 3 },
      (_, pixel) => Math.floor((data[3 * pixel] ?? 0) / 10) * 256 + (data[3 * pixel + 1] ?? 0),
    );
    expect(codes).toEqual([...(first?.objects ?? [])].map((number) => drawnAde20kClasses.get(number)));
    const parts = await png('images/training/s/scenery/scene-000_parts_1.png');
    expect(Math.max(...[...parts.data].filter((_, index) => index % 3 === 0))).toBe(13);
    expect(readFileSync(at('index_ade20k.mat')).toString('latin1', 0, 19)).toBe('MATLAB 5.0 MAT-file');
  });
});

describe(writeAde20kChallengeLayout, () => {
  it('writes grey classes and a table with tabs', async () => {
    writeAde20kChallengeLayout(root, scenes);
    const { depth, colourType } = await png('annotations/training/scene-000.png');
    expect([depth, colourType]).toEqual([8, 0]);
    const [head, wall] = lines('objectInfo150.txt');
    expect([head, wall?.split('\t').length, lines('objectInfo150.txt').length]).toEqual([
      'Idx\tRatio\tTrain\tVal\tStuff\tName',
      6,
      151,
    ]);
  });
});

describe(writeVocLayout, () => {
  it('has the colours of the development kit', () => {
    const published = {
      0: [0, 0, 0],
      1: [128, 0, 0],
      2: [0, 128, 0],
      3: [128, 128, 0],
      4: [0, 0, 128],
      15: [192, 128, 128],
      20: [0, 64, 128],
      255: [224, 224, 192],
    };
    for (const [index, colour] of Object.entries(published)) expect(vocPaletteColour(Number(index))).toEqual(colour);
  });

  it('writes palette images of 8 bits whose indices are the classes', async () => {
    writeVocLayout(root, scenes);
    const { data, channels, depth, colourType, bytes } = await png('SegmentationClass/scene-000.png');
    expect([depth, colourType]).toEqual([8, 3]);
    const palette = bytes.indexOf('PLTE');
    expect([bytes.readUInt32BE(palette - 4), ...bytes.subarray(palette + 4, palette + 10)]).toEqual([
      768, 0, 0, 0, 128, 0, 0,
    ]);
    // Another decoder gives colours: those of the indices.
    const indices = first === undefined ? [] : [...drawnVocIndices(first)];
    expect([...data].filter((_, sample) => sample % channels < 3)).toEqual(
      indices.flatMap((index) => vocPaletteColour(index)),
    );
    expect(lines('ImageSets/Segmentation/val.txt')).toEqual(['scene-001']);
  });
});

describe('COCO', () => {
  it('compresses run lengths as the published tools do', () => {
    // The example of the documentation of the mask tools, worked out by hand: six bits a letter, differences from the
    // fourth run on.
    expect(encodeCounts([6, 1, 40, 4, 5, 4, 5, 4, 21])).toBe('61X13mN000`0');
    expect(columnRuns(Uint8Array.of(1, 0, 0, 1, 1, 0), 3, 2)).toEqual([0, 2, 1, 1, 2]);
  });

  it('says ids of segments as red + 256 green + 65,536 blue', async () => {
    writeCocoPanopticLayout(root, scenes);
    const { annotations, categories, images } = JSON.parse(text('annotations/panoptic_val2017.json')) as Record<
      string,
      {
        id: number;
        image_id: number;
        file_name: string;
        isthing: number;
        segments_info: { id: number; category_id: number; area: number }[];
      }[]
    >;
    const { data } = await png('annotations/panoptic_val2017', annotations?.[0]?.file_name ?? '');
    const ids = Array.from(
      { length: data.length / 3 },
      (_, pixel) => (data[3 * pixel] ?? 0) + 256 * (data[3 * pixel + 1] ?? 0) + 65_536 * (data[3 * pixel + 2] ?? 0),
    );
    for (const { id, area, category_id: category } of annotations?.[0]?.segments_info ?? []) {
      expect(ids.filter((other) => other === id)).toHaveLength(area);
      expect(drawnCocoIds.get(first?.objects[ids.indexOf(id)] ?? 0)).toBe(category);
    }
    expect([images?.[0]?.id, annotations?.[0]?.image_id]).toEqual([100, 100]);
    expect(new Set(categories?.map(({ isthing }) => isthing))).toEqual(new Set([0, 1]));
  });

  it('writes outlines and masks of instances', () => {
    writeCocoInstancesLayout(root, scenes);
    const { annotations } = JSON.parse(text('annotations/instances_val2017.json')) as {
      annotations: { segmentation: unknown; area: number }[];
    };
    const kinds = annotations.map(({ segmentation }) =>
      Array.isArray(segmentation)
        ? 'outlines'
        : typeof (segmentation as { counts: unknown }).counts === 'string'
          ? 'text'
          : 'numbers',
    );
    expect(new Set(kinds)).toEqual(new Set(['outlines', 'text', 'numbers']));
    for (const { segmentation, area } of annotations) {
      const { counts } = segmentation as { counts?: unknown };
      if (Array.isArray(counts))
        expect((counts as number[]).reduce((sum, run, index) => sum + (index % 2 === 1 ? run : 0), 0)).toBe(area);
    }
  });
});

describe(writeNpy, () => {
  it('writes what NumPy writes', () => {
    writeNpy(at('a.npy'), [1, 2, 3, 4, 5, 65_535], [1, 2, 3], '<u2');
    expect(readFileSync(at('a.npy')).toString('base64')).toBe(
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAIAAwAEAAUA//8=',
    );
    writeNpy(at('b.npy'), [1, 3, -2, 4], [2, 2], '<i4', true);
    expect(readFileSync(at('b.npy')).toString('base64')).toBe(
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAwAAAP7///8EAAAA',
    );
  });
});

describe(drawScenes, () => {
  it('is the same for the same seed, and knows every pixel', () => {
    expect(drawScenes({ count: 3 })).toEqual(scenes);
    expect(drawScenes({ count: 3, seed: 2 })).not.toEqual(scenes);
    const numbers = new Set<number>(drawnConcepts.map(({ number }) => number));
    for (const { objects, parts } of scenes)
      expect([...objects, ...[...parts].filter((part) => part > 0)].every((number) => numbers.has(number))).toBe(true);
  });
});
