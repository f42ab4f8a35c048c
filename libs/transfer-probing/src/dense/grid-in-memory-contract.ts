import type { TaskPart } from '../feature-rows.ts';
import type { GridImage, GridImages } from '../grid-images.ts';

/** A grid whose images are in memory, by part. */
export function gridOf<Target>(
  sizes: { readonly height: number; readonly width: number; readonly units: number },
  parts: Partial<Record<TaskPart, readonly Omit<GridImage<Target>, 'image'>[]>>,
): GridImages<Target> {
  const of = (part: TaskPart) => parts[part] ?? [];
  return {
    ...sizes,
    count: (part) => of(part).length,
    images: async function* (part) {
      for (const [index, image] of of(part).entries())
        yield await Promise.resolve({ image: `${part} ${String(index)}`, ...image });
    },
  };
}
