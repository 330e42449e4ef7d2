// The picture on the stage as a file: PNG from the canvas itself, SVG drawn again by the same functions.

/** Buttons that save what `view` shows: {sheet, theme, pictureName, paintOn(context) for SVG}. */
function pictureButtons(view) {
  const button = (name, title, press) => make("button", { type: "button", class: "layer save", title, "data-save": name, click: press }, name);
  const png = button("PNG", "Save this picture at the screen's resolution", () => savePng(view));
  const svg = view.paintOn ? [button("SVG", "Save this picture as vector graphics", () => saveSvg(view))] : [];
  return make("div", { class: "saves", role: "group", "aria-label": "Save the picture" }, png, ...svg);
}

function savePng({ sheet, theme, pictureName }) {
  const { canvas } = sheet.layer(), context = canvas.getContext("2d");
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(sheet.canvas, 0, 0, sheet.width, sheet.height);
  canvas.toBlob((blob) => save(blob, `${pictureName}.png`), "image/png");
}

function saveSvg(view) {
  const { sheet, theme, pictureName } = view, context = new SvgContext(sheet.width, sheet.height);
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height);
  view.paintOn(context);
  save(new Blob([context.text()], { type: "image/svg+xml" }), `${pictureName}.svg`);
}

function save(blob, name) {
  const address = URL.createObjectURL(blob), link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
