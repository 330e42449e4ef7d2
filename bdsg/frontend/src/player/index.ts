import style from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Player } from "./player.ts";
import markup from "./markup.html";

export default mounted(markup, style, (parent, kept) => new Player(parent, kept));
