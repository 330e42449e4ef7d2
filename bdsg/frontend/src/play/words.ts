// One sentence that says what B(z) does now, with its number.

import { grouped, measured, percent, setting } from "../core/format.ts";
import type { Spot } from "./crowd.ts";
import type { LiveScores } from "./scorer.ts";
import type { PlayState } from "./state.ts";

/** What is seen of B(z). */
export interface Seen {
  scores: LiveScores;
  spots: Spot[];
  shown: number; // points
  outside: number; // of them, beyond the edge of the picture
}

const MANY = 0.25; // of the points
const GOOD = 0.9;
const FEW = 64; // samples

export function sentence(state: PlayState, { scores, spots, shown, outside }: Seen): string {
  if (scores.recall === null) return `No place is as dense as ε = ${setting(state.epsilon)}: lower ε.`;
  if (outside > MANY * shown) return `${flown(state, outside, shown)} ${covers(scores)}.`;
  const heap = spots.reduce((sum, { count }) => sum + count, 0);
  if (heap > MANY * shown) return `${heaped(state, spots, heap, shown)} ${covers(scores)}.`;
  return `${covers(scores)}${why(state, scores)}`;
}

/** Boundary recall with it, always: one good spot alone covers nothing. */
function covers({ covered, components, recall, bf1 }: LiveScores) {
  const pieces = `B(z) covers ${covered} of ${components} ${components === 1 ? "piece" : "pieces"}`;
  return `${pieces}; boundary recall ${percent(recall)}, BF1 ${percent(bf1)}`;
}

function flown({ lambda1 }: PlayState, outside: number, shown: number) {
  const reason = lambda1 === 0 ? "λ1 is 0, so nothing pulls them back" : "the data are too far to hold them";
  return `${grouped(outside)} of ${grouped(shown)} points are out of the picture: ${reason}.`;
}

function heaped({ lambda2 }: PlayState, spots: Spot[], heap: number, shown: number) {
  const where = spots.length === 1 ? "one spot" : `${spots.length} spots`;
  const reason = lambda2 === 0 ? ": λ2 is 0, so nothing keeps them apart" : "";
  return `${grouped(heap)} of ${grouped(shown)} points share ${where}${reason}.`;
}

function why({ objective, lambda2, lambda1, samples }: PlayState, { recall, bp1, components, covered }: LiveScores) {
  if ((recall ?? 0) >= GOOD && bp1 >= GOOD) return ".";
  if (objective === "paper" && samples < FEW) return `: L1 pulls to the only ${grouped(samples)} points it knows.`;
  if (covered < components && lambda2 === 0) return ": with λ2 = 0 no point minds a bare stretch.";
  if (bp1 < GOOD && objective === "paper" && components > 1)
    return `: ${percent(1 - bp1)} of B(z) misses the band, as one curve must cross the gaps.`;
  if (bp1 < GOOD && objective === "ours") return `: ${percent(1 - bp1)} of B(z) is not in the band yet.`;
  if (bp1 < GOOD) return `: ${percent(1 - bp1)} of B(z) misses the band at λ1 = ${measured(lambda1)}.`;
  return ": the orange stretches are bare.";
}
