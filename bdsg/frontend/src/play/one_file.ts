// The instrument as it stands, as one HTML file: the page of bdsg/standalone, filled in here as Python fills it in.

import type { PlayMeta, Units } from "../core/payloads.ts";
import { type PlayState, startWith } from "./state.ts";

/** What the page is made of: its template, and where this bundle itself lies. */
export interface Source {
  template: string;
  bundle: string; // an address
}

/** @throws Error where the bundle is no longer to be had; its message says why */
export async function oneFile({ template, bundle }: Source, meta: PlayMeta): Promise<Blob> {
  const answer = await fetch(bundle);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const module = base64(new Uint8Array(await answer.arrayBuffer()));
  const known = meta.presets.find(({ name }) => name === meta.start.preset);
  const title = escaped(`BDSG: ${known?.title ?? "your own mixture"}`);
  const parts: Record<string, string> = { title, component: "play", module, payload: base64(payloadOf(meta)) };
  return new Blob([template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name])], { type: "text/html" });
}

/** What the server would tell a page that opens with this state. */
export function metaWith(meta: PlayMeta, state: PlayState, units: Units | null): PlayMeta {
  return { ...meta, start: startWith(state), units };
}

/** As bdsg/runs/tensor_file.py packs it, without arrays. */
function payloadOf(meta: PlayMeta): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { json: JSON.stringify(meta) } }));
  const bytes = new Uint8Array(8 + header.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
