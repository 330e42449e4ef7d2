import probe from "../canvas/probe.css";
import stage from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Evaluation } from "./evaluation.ts";
import markup from "./markup.html";

export default mounted(markup, stage + probe, (parent) => new Evaluation(parent));
