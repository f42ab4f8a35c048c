/** File of the fitted embedding within an output folder: `place` and `relate` read it. */
export const fitFile = 'fit';
