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

/**
 * What becomes of an address that Streamlit would add: it drops a page's link early, and writes it late, or even before
 * the page.  `untouched`: nobody did anything since the present one was added.
 */
function entryFor(here, there, untouched) {
  const before = placeOf(here), after = placeOf(there), same = before.link === after.link;
  if (before.page !== after.page) return untouched ? "replace" : "push"; // the link came first, under the page before
  if (before.written && !after.written) return "none";
  return before.written && !same ? "push" : "replace";
}

/** From now on Streamlit's additions go that way. */
function oneEntryEach() {
  const { history, location } = window, push = history.pushState;
  if (history.oneEntryEach) return;
  history.oneEntryEach = true;
  let added = null; // the address that was added last, until somebody does something
  for (const doing of ["pointerdown", "keydown", "click"]) window.addEventListener(doing, () => { added = null; }, true);
  history.pushState = function (state, unused, address) {
    const here = location.href, way = entryFor(here, new URL(address ?? "", here).href, added === here);
    if (way !== "none") (way === "push" ? push : history.replaceState).call(history, state, unused, address);
    if (way === "push") added = location.href;
  };
}

/** The link of a visit that has just begun; null if it is written. */
function writeLink(query) {
  const { pathname, search, hash } = window.location;
  if (query !== null && query !== search) window.history.replaceState(window.history.state, "", pathname + query + hash);
}
