// What this browser keeps from visit to visit: names and links of runs, keys of studies, points of one's own; no results.

/** What is kept, by its kind. */
export type Kind = "runs" | "studies" | "points";

/** A run, a study or a table; a run has its name and link, a table its text. */
export interface Entry {
  key: string;
  text?: string;
}

/** What a visit lists, what it removed, and how many are kept. */
export interface Visit {
  listed: Entry[];
  removed: string[];
  most: number;
}

/** A table that is to be kept, in place of the one under `instead`. */
export interface NewTable {
  key: string;
  instead: string | null;
  text: string;
}

const KEPT_UNDER = { runs: "bdsg-history", studies: "bdsg-studies", points: "bdsg-tables" };

export function keptOf(what: Kind): Entry[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEPT_UNDER[what]) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one: Partial<Entry> | null) => typeof one?.key === "string") : [];
  } catch {
    return []; // storage is blocked, or holds something else
  }
}

/** Keep a list; where there is no room for all of it, its beginning. */
export function keep(what: Kind, list: Entry[]) {
  for (let count = list.length; count >= 0; count--) {
    try {
      window.localStorage.setItem(KEPT_UNDER[what], JSON.stringify(list.slice(0, count)));
      return;
    } catch {
      /* with one less, or the visit goes on without */
    }
  }
}

/** The visit's runs, or studies, first, then those kept before that it does not know and has not removed. */
export function merged({ listed, removed, most }: Visit, kept: Entry[]) {
  const known = new Set([...listed.map(({ key }) => key), ...removed]);
  return [...listed, ...kept.filter(({ key }) => !known.has(key))].slice(0, most);
}

/** Keep what the visit lists; what earlier visits listed beyond that. */
export function earlier(what: Kind, visit: Visit) {
  const all = merged(visit, keptOf(what));
  keep(what, all);
  return all.slice(visit.listed.length);
}

/** Tables with one put first, in place of those whose mixtures it stands for now. */
export function withTable(tables: Entry[], { key, instead, text }: NewTable, most: number) {
  return [{ key, text }, ...tables.filter((one) => one.key !== key && one.key !== instead)].slice(0, most);
}
