/**
 * The 256 colours of Pascal VOC's palette as 0xRRGGBB: the bits of the index go in turn to red, green and blue, highest
 * bits first (VOC development kit, `VOClabelcolormap`). Most tools that write palette label images use it.
 */
export const vocColours: readonly number[] = Array.from({ length: 256 }, (_, index) => {
  const channels = [0, 0, 0];
  for (let bit = 0; bit < 8; bit++) {
    channels.forEach((value, channel) => {
      channels[channel] = value | (((index >> (3 * bit + channel)) & 1) << (7 - bit));
    });
  }
  const [red = 0, green = 0, blue = 0] = channels;
  return (red << 16) | (green << 8) | blue;
});
