// One entry of the browser's history for each change of page or settings: each press of Back undoes one.

/** The link of a visit that has just begun, and the query of the address that it was made for. */
export interface Link {
  was: string;
  query: string;
}

/** Parameters that change while one looks on: nothing to go back to. */
const PASSING = new Set(["frame", "at", "watching", "teach"]);

/** What one can go back to of an address: page, link in any order, and whether the link is there yet. */
export function placeOf(address: string) {
  const { pathname, searchParams } = new URL(address);
  const kept = [...searchParams].filter(([name]) => !PASSING.has(name));
  const written = kept.some(([name]) => name.startsWith("data."));
  return { page: pathname, link: JSON.stringify(kept.sort()), written };
}

/**
 * What becomes of an address that Streamlit would add: it drops a page's link early, and writes it late, or even before
 * the page.  `untouched`: nobody did anything since the present one was added.  `lent`: its link is the page before's.
 */
export function entryFor(here: string, there: string, untouched: boolean, lent = false) {
  const before = placeOf(here);
  const after = placeOf(there);
  const same = before.link === after.link;
  if (before.page !== after.page) return untouched ? "replace" : "push"; // the link came first, under the page before
  if (before.written && !after.written) return "none";
  return before.written && !same && !(lent && untouched) ? "push" : "replace";
}

/**
 * A page's address; one that has no link yet is lent the present one, for the settings are the same, unless that one
 * names two runs.  A visitor who goes on before the page has written its own finds an address to come back to.
 */
export function withLink(here: string, there: string) {
  const before = new URL(here);
  const after = new URL(there);
  if (!placeOf(here).written || placeOf(there).written || before.pathname === after.pathname) return there;
  if ([...before.searchParams.keys()].some((name) => name.startsWith("b."))) return there;
  for (const [name, text] of before.searchParams) if (!PASSING.has(name)) after.searchParams.append(name, text);
  return after.href;
}

/** From now on Streamlit's additions go that way. */
export function oneEntryEach() {
  const history: History & { oneEntryEach?: boolean } = window.history;
  const { location } = window;
  const push = history.pushState;
  if (history.oneEntryEach) return;
  history.oneEntryEach = true;
  let added: string | null = null;
  let lent = false; // the address that was added last, until somebody does something
  for (const doing of ["pointerdown", "keydown", "click"])
    window.addEventListener(
      doing,
      () => {
        added = null;
      },
      true,
    );
  history.pushState = (state: unknown, unused: string, address?: string | URL | null) => {
    const asked = new URL(address ?? "", location.href).href;
    const given = withLink(location.href, asked);
    const way = entryFor(location.href, asked, added === location.href, lent);
    if (way === "none") return;
    (way === "push" ? push : history.replaceState).call(history, state, unused, given);
    lent = given !== asked;
    if (way === "push") added = location.href;
  };
}

/** The link of a visit that has just begun, unless it is written, or somebody went on or back meanwhile. */
export function writeLink(link: Link | null) {
  const { pathname, search, hash, href } = window.location;
  if (link === null || link.query === search) return;
  if (placeOf(href).link !== placeOf(new URL(link.was, href).href).link) return;
  window.history.replaceState(window.history.state, "", pathname + link.query + hash);
}
