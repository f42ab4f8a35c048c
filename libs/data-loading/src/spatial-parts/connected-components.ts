/** Connected components of a plane, counted from 1 in the order of their first pixels, row by row. */
export interface ConnectedComponents {
  /** Component of each pixel, 0 where the plane is 0. */
  readonly components: Int32Array;
  /** Number of components. */
  readonly count: number;
  /** First and last row, first and last column of each component in turn. */
  readonly boxes: Int32Array;
}

/** Finds the regions of equal numbers other than 0 that touch by a side or a corner (8-neighbourhood). */
export function connectedComponents(plane: Uint16Array, height: number, width: number): ConnectedComponents {
  const components = new Int32Array(plane.length);
  const waiting = new Int32Array(plane.length);
  const boxes: number[] = [];
  let count = 0;
  for (let first = 0; first < plane.length; first++) {
    const number = plane[first] as number;
    if (number === 0 || components[first] !== 0) continue;
    components[first] = ++count;
    let top = height;
    let bottom = 0;
    let left = width;
    let right = 0;
    waiting[0] = first;
    for (let size = 1; size > 0;) {
      const pixel = waiting[--size] as number;
      const y = Math.floor(pixel / width);
      const x = pixel - y * width;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
      const [lastRow, lastColumn] = [y < height - 1 ? y + 1 : y, x < width - 1 ? x + 1 : x];
      for (let row = y > 0 ? y - 1 : 0; row <= lastRow; row++) {
        for (let column = x > 0 ? x - 1 : 0; column <= lastColumn; column++) {
          const neighbour = row * width + column;
          if (plane[neighbour] !== number || components[neighbour] !== 0) continue;
          components[neighbour] = count;
          waiting[size++] = neighbour;
        }
      }
    }
    boxes.push(top, bottom, left, right);
  }
  return { components, count, boxes: Int32Array.from(boxes) };
}
