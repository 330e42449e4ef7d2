// Written by `python -m bdsg.app.components.browser_types`: figures that the server and the browser share.

/** int16 that stands for the window's edge */
export const FULL_SCALE = 32767;
/** natural-log units below the peak that the heat map shows */
export const HEAT_SPAN = 9.0;
/** a component counts as covered from this boundary recall on */
export const COVERED = 0.9;
/** a piece of contour is covered by an in-band point within so many band widths */
export const REACH = 2.0;
/** sums that differ by no more than this share are equal */
export const TIE = 1e-9;
/** probes along all lines of a contour, about */
export const PROBES = 1000;
/** probes along one line, at least */
export const FEWEST_PROBES = 20;
