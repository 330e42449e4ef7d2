import style from "../core/stage.css";
import images from "./images.css";
import { mounted } from "../core/mount.ts";
import { Images } from "./images.ts";
import markup from "./markup.html";

export default mounted(markup, `${style}\n${images}`, (parent) => new Images(parent));
