/** Where the bars of the strips of weights lie, in pixels: width of the drawing, left edge of the first, and all across. */
export const stripPlot = { width: 1040, left: 40, right: 56, across: 944 } as const;
