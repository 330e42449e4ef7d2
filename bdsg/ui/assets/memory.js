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

export default function ({ data, setStateValue }) {
  const { runs, removed, asked, most } = data, kept = keptRuns(), merged = mergedRuns(runs, kept, removed, most);
  try {
    window.localStorage.setItem(KEPT_UNDER, JSON.stringify(merged));
  } catch { /* the visit goes on without */ }
  if (asked && merged.length > runs.length) setStateValue("kept", JSON.stringify(merged.slice(runs.length)));
}
