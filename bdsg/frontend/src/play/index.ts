import shared from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import markup from "./markup.html";
import style from "./play.css";
import { Play } from "./play.ts";
import { workerPort } from "./remote.ts";
import type { PlayKept } from "./setup.ts";
import template from "../../../standalone/page.html";
import program from "./worker.ts?program";

const SOURCE = { template, bundle: import.meta.url };

export default mounted<PlayKept>(
  markup,
  shared + style,
  (parent, kept) => new Play(parent, kept, workerPort(program), SOURCE),
);
