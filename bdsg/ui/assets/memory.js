// The list of runs as this browser keeps it from visit to visit: names and links, no results.

const KEPT_UNDER = "bdsg-history";

function keptRuns() {
  try {
    const kept = JSON.parse(window.localStorage.getItem(KEPT_UNDER) ?? "[]");
    return Array.isArray(kept) ? kept.filter((run) => run && typeof run.key === "string") : [];
  } catch {
    return []; // storage is blocked, or holds something else
  }
}

/** The visit's runs first, then those kept before that it does not know and has not removed. */
function mergedRuns(runs, kept, removed, most) {
  const known = new Set([...runs.map((run) => run.key), ...removed]);
  return [...runs, ...kept.filter((run) => !known.has(run.key))].slice(0, most);
}

const POINTS_UNDER = "bdsg-points";

/** Points of the visitor's own: `points` as text is kept, null leaves what is there. */
function keepPoints(points) {
  try {
    if (points !== null) window.localStorage.setItem(POINTS_UNDER, points);
    return window.localStorage.getItem(POINTS_UNDER);
  } catch {
    return null;
  }
}

export default function ({ data, setStateValue }) {
  const [{ runs, removed, asked, most, points, link }] = data;
  oneEntryEach();
  closeMenuOnChoice();
  writeLink(link);
  const keptPoints = keepPoints(points), kept = keptRuns(), merged = mergedRuns(runs, kept, removed, most);
  try {
    window.localStorage.setItem(KEPT_UNDER, JSON.stringify(merged));
  } catch { /* the visit goes on without */ }
  if (!asked || !(merged.length > runs.length || keptPoints)) return;
  setStateValue("kept", JSON.stringify({ runs: merged.slice(runs.length), points: keptPoints }));
}
