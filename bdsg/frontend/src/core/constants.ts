// Written by `python -m bdsg.app.components.browser_types`: figures that the server and the browser share.

/** Share of a cycle of the learning rate in which it rises. */
export const WARM_UP = 0.15;
/** Radius of the paper's generator's first circle, in standard deviations of the data. */
export const START_RADIUS = 3.0;
/** How much that fit minds large weights, as a share of the features' mean square: with them B(z) moves in jerks. */
export const RIDGE = 0.0001;
/** How far outside the support a curve's first ellipse lies, as a ratio of its size. */
export const START_OUTSIDE = 1.4;
/** The smallest curve is drawn at least this often, or it would hardly be trained. */
export const SMALLEST_SHARE = 0.01;
/** Distances below this count as this, so that a collapsed B has a large but finite L2. */
export const SMALLEST_DISTANCE = 1e-9;
/** Beyond this misfit in nats the level term grows linearly instead of quadratically. */
export const LOG_RATIO_CAP = 3.0;
/** From where to where B(z, ε) is trained, in units of the config's ε ... */
export const LEVEL_RANGE = [0.1, 5.0];
/** ... or up to this share of the highest density among the samples. */
export const HIGHEST = 0.8;
/** Share of the draws that each end of the range gets for itself: levels there have neighbours on one side only. */
export const ENDS = 0.05;
/** Places tabulated along each curve; between them it is straight. */
export const PLACES = 512;
/** Share of the angle that goes to a curve's bends instead of its length: a sharp tip gets room to turn. */
export const BEND = 0.3;
/** A component is covered when its own boundary recall is at least this. */
export const COVERED = 0.9;
/** A probe is covered by a point within this many local band thicknesses. */
export const REACH = 2.0;
/** Probes along all lines of a contour, about. */
export const PROBES = 1000;
/** Probes along one line, at least. */
export const FEWEST_PROBES = 20;
/** int16 that stands for a window's edge. */
export const FULL_SCALE = 32767;
/** Natural-log units below the peak that the heat map shows: a factor of about 8,000 in density. */
export const HEAT_SPAN = 9.0;
/** Taken off a share, so that one that falls exactly between two probes is not decided by rounding. */
export const TIE = 1e-9;
