/** Pixels of the drawing that a metre covers at a distance of one metre. */
const focalLength = 110;

/** Metres from the ground to the camera, which looks straight ahead. */
export const cameraHeight = 1.6;

/** Metres beyond which nothing is told apart. */
const farthest = 60;

/**
 * Distance of the ground that is seen in a row.
 *
 * @param row of the drawing, below the horizon
 * @param horizon its row
 * @returns metres, along the view
 */
export function groundDepth(row: number, horizon: number): number {
  return row <= horizon ? farthest : Math.min(farthest, (cameraHeight * focalLength) / (row - horizon));
}

/**
 * Rows that a thing takes which stands at a distance on the ground.
 *
 * @param metres its height
 * @param foot the row that it stands on
 * @param horizon row of the horizon
 * @returns rows of the drawing
 */
export function rowsOf(metres: number, foot: number, horizon: number): number {
  return (metres * (foot - horizon)) / cameraHeight;
}
