import style from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Mosaic } from "./mosaic.ts";
import markup from "./markup.html";

export default mounted(markup, style, (parent) => new Mosaic(parent));
