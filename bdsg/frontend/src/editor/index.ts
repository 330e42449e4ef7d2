import style from "../core/stage.css";
import { mounted } from "../core/mount.ts";
import { Editor, type EditorKept } from "./editor.ts";
import markup from "./markup.html";

export default mounted<EditorKept>(markup, style, (parent, kept) => new Editor(parent, kept));
