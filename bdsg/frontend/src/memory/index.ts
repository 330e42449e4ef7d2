import type { Mounting } from "../core/mount.ts";
import { type Link, oneEntryEach, writeLink } from "./entries.ts";
import { type NewTable, type Visit, earlier, keep, keptOf, withTable } from "./kept.ts";
import { closeMenuOnChoice } from "./menu.ts";

interface Asked {
  runs: Visit;
  studies: Visit;
  points: { new: NewTable | null; most: number };
  asked: boolean;
  wanted: { key: string; said: boolean } | null;
  link: Link | null;
}

export default function ({ data, setStateValue }: Mounting) {
  const [{ runs, studies, points, asked, wanted, link }] = data as [Asked];
  oneEntryEach();
  closeMenuOnChoice();
  writeLink(link);
  if (points.new) keep("points", withTable(keptOf("points"), points.new, points.most));
  const found = { runs: earlier("runs", runs), studies: earlier("studies", studies) };
  const text = wanted ? (keptOf("points").find(({ key }) => key === wanted.key)?.text ?? null) : null;
  const news = asked && (found.runs.length || found.studies.length);
  if (!news && text === null && !wanted?.said) return;
  const at = Date.now(); // an answer given before is one all the same
  setStateValue("kept", JSON.stringify({ ...(asked ? found : {}), wanted: wanted?.key, points: text, at }));
}
