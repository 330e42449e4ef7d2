import shared from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import markup from "./markup.html";
import style from "./play.css";
import { Play } from "./play.ts";
import { workerPort } from "./remote.ts";
import type { PlayKept } from "./setup.ts";
import program from "./worker.ts?program";

export default mounted<PlayKept>(markup, shared + style, (parent, kept) => new Play(parent, kept, workerPort(program)));
