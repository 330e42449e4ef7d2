// What of a picture is kept in the address bar, so that a copied link shows the same: no server is asked.

const NOTE_AFTER = 300; // milliseconds: browsers allow a page only so many changes of its address

/** A parameter of an address's query as a number, or null. */
export function numberIn(search: string, name: string) {
  const text = new URLSearchParams(search).get(name);
  return text === null || text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

/** The query with one parameter set, or left out for null; the others stay to the letter. */
export function queryWith(search: string, name: string, value: number | string | null) {
  const others = search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part && part.split("=")[0] !== name);
  const parts =
    value === null ? others : [...others, `${name}=${typeof value === "string" ? encodeURIComponent(value) : value}`];
  return parts.length ? `?${parts.join("&")}` : "";
}

/** Some pages may not change their address: those of a sandboxed frame, and in some browsers those on a disk. */
function replace(address: string) {
  try {
    window.history.replaceState(window.history.state, "", address);
  } catch {
    // then what is shown is kept while the page is
  }
}

/** Keeps one parameter of the address equal to what is shown. */
export class AddressNote {
  private readonly name: string;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(name: string) {
    this.name = name;
  }

  read() {
    return numberIn(window.location.search, this.name);
  }

  readText() {
    return new URLSearchParams(window.location.search).get(this.name);
  }

  write(value: number | string | null) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { pathname, search, hash } = window.location;
      const wanted = queryWith(search, this.name, value);
      if (wanted !== search) replace(pathname + wanted + hash);
    }, NOTE_AFTER);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
