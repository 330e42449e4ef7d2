import probe from "../canvas/probe.css";
import stage from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Player, type PlayerKept } from "./player.ts";
import markup from "./markup.html";

export default mounted<PlayerKept>(markup, stage + probe, (parent, kept) => new Player(parent, kept));
