// Both runs of a comparison as one picture, side by side under their titles, and as one film.

const PAIR_GAP = 16, PAIR_HEAD = 26; // pixels between the planes, and above them for the titles

class DuelPicture {
  constructor(duel) {
    this.duel = duel;
  }

  get theme() { return this.duel.theme; }
  get pictureName() { return `${this.filmName}-${Math.round(100 * this.duel.timeline.share)}-percent`; }
  get filmName() { return `bdsg-${this.duel.runs.map(({ meta }) => meta.run.slice(0, 8)).join("-")}`; }

  /** The size of both, and canvases of it. */
  get sheet() {
    const [a, b] = this.duel.sheets, width = a.width + PAIR_GAP + b.width, height = PAIR_HEAD + Math.max(a.height, b.height);
    const layer = () => {
      const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
      Object.assign(canvas, { width: Math.round(width * a.ratio), height: Math.round(height * a.ratio) });
      context.setTransform(a.ratio, 0, 0, a.ratio, 0, 0);
      return { canvas, context };
    };
    return { width, height, layer };
  }

  /** Run `draw(camera, k)` for each plane, with the origin at its corner. */
  #eachSide(context, draw) {
    const { sheets, low, high } = this.duel;
    sheets.forEach((sheet, k) => {
      context.save();
      context.translate(k * (sheets[0].width + PAIR_GAP), PAIR_HEAD);
      draw(cameraFor(sheet, low, high), k);
      context.restore();
    });
  }

  #still(context) {
    const { runs, layers, theme, root } = this.duel, titles = [...root.querySelectorAll(".whose")];
    this.#eachSide(context, (camera, k) => {
      const { arrays, meta } = runs[k];
      drawGround(context, camera, { arrays, meta, layers, theme, heat: arrays.heat });
      Object.assign(context, { font: `600 13px ${theme.font}`, textAlign: "left", textBaseline: "bottom", fillStyle: fade(theme.text, 1) });
      context.fillText(titles[k].textContent, camera.frame.left, -3, camera.frame.width);
    });
  }

  #moving(context, points) {
    const { layers, theme } = this.duel;
    if (!layers.boundary) return;
    this.#eachSide(context, (camera, k) => clipped(context, camera, () => drawBoundary(context, camera, points[k], theme)));
  }

  paintOn(context) {
    this.#still(context);
    this.#moving(context, this.duel.points);
  }

  /** Both animations at the same share of their way; null while one has nothing that moves. */
  film() {
    const { timeline: { sides, leader }, runs, theme } = this.duel, { width, height } = this.sheet;
    const own = sides.map(({ frames, steps }) => Object.assign(new Timeline(), { frames: [...frames], steps: [...steps] }));
    const metas = runs.map(({ meta }) => meta), count = leader.frames.length;
    if (own.some((side) => side.frames.length < 2)) return null;
    const moving = (context, k) => {
      for (const side of own) side.playhead = (k / (count - 1)) * side.last;
      this.#moving(context, own.map((side, i) => side.points(metas[i].low, metas[i].high)));
      this.#eachSide(context, ({ frame }, i) => {
        drawFilmWords(context, `step ${grouped(own[i].steps[own[i].index])}`, frame.left + frame.width - 10, frame.top + 9, theme);
      });
    };
    return { width, height, count, background: fade(theme.background, 1), ground: (context) => this.#still(context), frame: moving };
  }
}
