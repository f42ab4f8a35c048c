import type { FolderFiles, Layout } from './layout.ts';

/** Units of a metre in files of depths. */
const depthScale = 1_000;

/** What the scene is as a space: surface normals in `normals/NAME.png`, depths in `depth/NAME.png`. */
export function geometryLayout(files: FolderFiles): Layout {
  return {
    add({ name, normals, depths }) {
      files.png(`normals/${name}.png`, encodeNormals(normals), 3);
      files.png(`depth/${name}.png`, encodeDepths(depths), 1);
    },
    finish: () => undefined,
  };
}

/** Normals as samples of 8 bits: (n + 1) / 2 of 255, black where there is none. */
export function encodeNormals(normals: Float32Array): Uint8Array {
  const samples = new Uint8Array(normals.length);
  for (let at = 0; at < normals.length; at += 3) {
    if (normals[at] === 0 && normals[at + 1] === 0 && normals[at + 2] === 0) continue;
    for (let axis = at; axis < at + 3; axis++)
      samples[axis] = Math.floor((((normals[axis] as number) + 1) / 2) * 255 + 0.5);
  }
  return samples;
}

/** Depths as samples of 16 bits: {@link depthScale} to a metre, 0 where they are not known. */
export function encodeDepths(depths: Float32Array): Uint16Array {
  const samples = new Uint16Array(depths.length);
  for (let at = 0; at < depths.length; at++)
    samples[at] = Math.min(65_535, Math.floor((depths[at] as number) * depthScale + 0.5));
  return samples;
}
