import style from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Evaluation } from "./evaluation.ts";
import markup from "./markup.html";

export default mounted(markup, style, (parent) => new Evaluation(parent));
