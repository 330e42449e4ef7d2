import style from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { SideBySide } from "./side_by_side.ts";
import markup from "./markup.html";

export default mounted(markup, style, (parent) => new SideBySide(parent));
