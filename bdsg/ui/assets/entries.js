// One entry of the browser's history for each change of page or settings: each press of Back undoes one.

/** Parameters that change while one looks on: nothing to go back to. */
const PASSING = new Set(["frame", "at", "watching", "teach"]);

/** What one can go back to of an address: page, link in any order, and whether the link is there yet. */
function placeOf(address) {
  const { pathname, searchParams } = new URL(address);
  const kept = [...searchParams].filter(([name]) => !PASSING.has(name));
  const written = kept.some(([name]) => name.startsWith("data."));
  return { page: pathname, link: JSON.stringify(kept.sort()), written };
}

/** Whether an address takes the place of the present one: its link is written late, or only what passes has changed. */
function takesThePlace(here, there) {
  const before = placeOf(here), after = placeOf(there);
  return before.page === after.page && (!before.written || before.link === after.link);
}

/** Streamlit opens a page first and writes its link when it is drawn, as two entries: they become one. */
function oneEntryEach() {
  const { history, location } = window, push = history.pushState;
  if (history.oneEntryEach) return;
  history.oneEntryEach = true;
  history.pushState = function (state, unused, address) {
    const there = new URL(address ?? "", location.href).href;
    (takesThePlace(location.href, there) ? history.replaceState : push).call(history, state, unused, address);
  };
}

/** The link of a visit that has just begun; null if it is written. */
function writeLink(query) {
  const { pathname, search, hash } = window.location;
  if (query !== null && query !== search) window.history.replaceState(window.history.state, "", pathname + query + hash);
}
