var S=`/* All components.  Colours come from Streamlit's theme; the layers' shades (--bdsg-...) are set by theme.ts. */

.bdsg {
  --text: var(--st-text-color, #31333f);
  --soft: color-mix(in srgb, var(--text) 68%, transparent);
  --faint: color-mix(in srgb, var(--text) 14%, transparent);
  --wash: color-mix(in srgb, var(--text) 5%, transparent);
  --accent: var(--bdsg-boundary, #005caf);
  --round: min(var(--st-base-radius, 8px), 10px);
  container-type: inline-size;
  color: var(--text);
  font-family: var(--st-font, sans-serif);
  font-size: 14px;
  line-height: 1.45;
}
.bdsg *, .bdsg *::before { box-sizing: border-box; }
.bdsg h3 { margin: 0 0 6px; padding: 0; font-size: 16px; font-weight: 600; letter-spacing: -0.005em; }
.bdsg .title:empty, .bdsg .caption:empty { display: none; }
.bdsg .caption { margin: 10px 0 0; max-width: 68ch; color: var(--soft); font-size: 13.5px; }
.bdsg sub { font-size: 0.72em; line-height: 0; }
.bdsg [hidden] { display: none !important; }

/* The board: plane and side by side where there is room, else one above the other. */
.bdsg .board { display: grid; grid-template-columns: minmax(0, var(--stage)); gap: 18px 28px; }
.bdsg .board { --stage: clamp(400px, (100vh - 330px) * 1.2, 640px); } /* the picture and its transport fit into the window */
.bdsg .main { min-width: 0; }
.bdsg .plane { position: relative; width: 100%; min-height: 0; aspect-ratio: 6 / 5; border-radius: 6px; }
.bdsg canvas { display: block; width: 100%; height: 100%; }
.bdsg .side { min-width: 0; display: flex; flex-direction: column; gap: 14px; }
.bdsg .loss-holder { height: 300px; min-width: 0; }
.bdsg .losses { cursor: ew-resize; touch-action: pan-y; }
.bdsg .loss-holder { position: relative; }
.bdsg .loss-holder .saves { top: auto; right: 0; bottom: 0; left: 0; justify-content: center; pointer-events: none; }
.bdsg .loss-holder .save { padding: 0 7px; line-height: 18px; pointer-events: auto; }
.bdsg.player[data-frames="0"] .loss-holder .saves { display: none; }
@container (min-width: 820px) {
  .bdsg .board { grid-template-columns: minmax(0, var(--stage)) minmax(220px, 1fr); }
  .bdsg .side { max-width: 400px; }
  .bdsg .side { height: auto; padding: 42px 0 8px; contain: size; }
  .bdsg.player .side { padding-top: 70px; }
  .bdsg .loss-holder { flex: 1; height: auto; min-height: 0; }
  .bdsg.compact .board { grid-template-columns: minmax(0, var(--stage)); }
}
.bdsg.compact .side, .bdsg.compact [data-full], .bdsg.still .transport { display: none; }

@container (min-width: 1240px) {
  .bdsg.player .side { flex-direction: row; gap: 28px; max-width: 760px; padding-bottom: 54px; }
  .bdsg .loss-holder { flex: 1; height: auto; }
  .bdsg .latent { flex: 1; }
}

/* A large screen has a large picture, as high as the window lets it be. */
@container (min-width: 1700px) {
  .bdsg .board { --stage: clamp(640px, min(46cqw, (100vh - 440px) * 1.2), 1080px); }
  .bdsg.player .side { max-width: none; }
}

@container (min-width: 1100px) {
  .bdsg.compact .board { --stage: clamp(640px, min(100cqw, (100vh - 330px) * 1.2), 1200px); }
}
.bdsg.player.still .legend { min-height: 64px; align-content: flex-start; }

/* The latent plane. */
.bdsg .latent { min-width: 0; }
.bdsg .latent-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 10px; min-height: 26px; font-size: 13px; }
.bdsg .latent-plane { height: 200px; margin: 4px 0; border-radius: 6px; }
.bdsg .latent-note { margin: 0; color: var(--soft); font-size: 12px; line-height: 1.4; min-height: 1.4em; }
.bdsg .layer:disabled { opacity: 0.45; cursor: default; }
@container (min-width: 1240px) { .bdsg .latent-plane { height: min(320px, 70%); } }

/* Legend: one pressable chip for each layer. */
.bdsg .legend { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; min-height: 34px; padding: 0 0 6px; }
.bdsg button, .bdsg select { font: inherit; color: inherit; cursor: pointer; }
.bdsg .layer {
  display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px 2px 7px; border: 1px solid var(--faint);
  border-radius: 99px; background: transparent; font-size: 12.5px; line-height: 20px; white-space: nowrap;
}
.bdsg .layer:hover { background: var(--wash); }
.bdsg .layer[aria-pressed="false"] { color: var(--soft); border-style: dashed; }
.bdsg .layer[aria-pressed="false"] .swatch { opacity: 0.25; }
.bdsg .layer[aria-pressed="false"] span { text-decoration: line-through; text-decoration-thickness: 1px; }
.bdsg .swatch { width: 12px; height: 12px; flex: none; fill: none; overflow: visible; }
.bdsg .switch { display: inline-flex; border: 1px solid var(--faint); border-radius: 99px; overflow: hidden; }
.bdsg .switch button:focus-visible { outline-offset: -2px; }
.bdsg .switch button { padding: 2px 11px; border: 0; background: transparent; font-size: 12.5px; line-height: 20px; }
.bdsg .switch button:hover { background: var(--wash); }
.bdsg .switch button[aria-pressed="true"] { background: color-mix(in srgb, var(--accent) 16%, transparent); font-weight: 600; }
/* Both rows are kept free from the start: the second one fills when the model's layers come. */
.bdsg.player:not(.compact) .legend { min-height: 62px; align-content: space-between; }
.bdsg .legend .break { flex: 0 0 100%; height: 0; margin-bottom: -4px; }
.bdsg .pulls { align-items: center; padding-left: 10px; font-size: 12.5px; line-height: 20px; gap: 0; }
.bdsg .pulls button { display: inline-flex; align-items: center; gap: 5px; padding: 2px 8px; }
.bdsg .pulls button:first-of-type { margin-left: 8px; }
.bdsg .pulls .pull { width: 16px; height: 12px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; }
.bdsg .pulls [aria-pressed="false"] .pull { opacity: 0.55; }

/* Playback. */
.bdsg .transport { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-height: 44px; padding: 4px 0 0; }
.bdsg .buttons, .bdsg .extras { display: flex; align-items: center; gap: 2px; }
.bdsg .extras { gap: 6px; }
.bdsg .icon {
  display: grid; place-items: center; width: 34px; height: 34px; padding: 0; border: 0; border-radius: var(--round);
  background: transparent;
}
.bdsg .icon svg { width: 20px; height: 20px; fill: currentColor; opacity: 0.82; }
.bdsg .icon:hover { background: var(--wash); }
.bdsg .icon.play { width: 40px; height: 40px; border-radius: 50%; background: color-mix(in srgb, var(--accent) 13%, transparent); color: var(--accent); }
.bdsg .icon.play:hover { background: color-mix(in srgb, var(--accent) 24%, transparent); }
.bdsg .icon.play svg { width: 24px; height: 24px; opacity: 1; }
.bdsg .icon.loop[aria-pressed="true"] { color: var(--accent); background: color-mix(in srgb, var(--accent) 13%, transparent); }
.bdsg .step { min-width: 15ch; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.bdsg .speed { height: 30px; padding: 0 4px; border: 1px solid var(--faint); border-radius: var(--round); background: transparent; font-size: 13px; }
.bdsg .speed option { color: #222; background: #fff; }
.bdsg .live { padding: 2px 10px 2px 8px; border: 1px solid var(--faint); border-radius: 99px; background: transparent; font-size: 12.5px; line-height: 20px; }
.bdsg .live::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: var(--soft); }
.bdsg .live[aria-pressed="true"]::before { background: var(--bdsg-data); animation: bdsg-pulse 1.6s ease-in-out infinite; }
@keyframes bdsg-pulse { 50% { opacity: 0.3; } }
@media (prefers-reduced-motion: reduce) { .bdsg .live::before { animation: none !important; } }

/* Sliders: a thin track, filled up to the thumb. */
.bdsg input[type="range"] { --done: 0; flex: 1 1 140px; min-width: 110px; height: 34px; margin: 0; background: transparent; appearance: none; cursor: pointer; touch-action: pan-y; }
.bdsg input[type="range"]::-webkit-slider-runnable-track {
  height: 4px; border-radius: 2px;
  background: linear-gradient(to right, var(--accent) calc(var(--done) * 100%), var(--faint) calc(var(--done) * 100%));
}
.bdsg input[type="range"].ranged { background: linear-gradient(to right, transparent calc(var(--from) * 100%), var(--bdsg-boundary) 0 calc(var(--to) * 100%), transparent 0) 0 23px / 100% 3px no-repeat; }
.bdsg input[type="range"]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--faint); }
.bdsg input[type="range"]::-moz-range-progress { height: 4px; border-radius: 2px; background: var(--accent); }
.bdsg input[type="range"]::-webkit-slider-thumb {
  appearance: none; width: 16px; height: 16px; margin-top: -6px; border: 2px solid var(--st-background-color, #fff);
  border-radius: 50%; background: var(--accent); box-shadow: 0 0 0 1px var(--accent);
}
.bdsg input[type="range"]::-moz-range-thumb { width: 13px; height: 13px; border: 2px solid var(--st-background-color, #fff); border-radius: 50%; background: var(--accent); }

.bdsg :focus { outline: none; }
.bdsg :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

@container (max-width: 560px) {
  .bdsg .legend { min-height: 66px; align-content: flex-start; }
  .bdsg.player:not(.compact) .legend { min-height: 98px; }
  .bdsg.compact .legend { min-height: 34px; }
  .bdsg .transport { justify-content: space-between; min-height: 124px; }
  .bdsg.compact .transport { min-height: 44px; }
  .bdsg .transport .scrubber { order: -1; flex: 1 0 100%; }
  .bdsg.compact .transport .scrubber { order: 0; flex: 1 1 120px; }
  .bdsg .icon { width: 38px; height: 38px; }
  .bdsg .extras { flex: 1 0 100%; }
  .bdsg .step { flex: 1; min-width: 0; text-align: left; }
  .bdsg.compact .extras { flex: 0 0 auto; }
}

/* Two runs. */
.bdsg .panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 12px 24px; }
.bdsg .panes .main { max-width: 640px; }
@container (min-width: 1700px) { .bdsg .panes .main { max-width: clamp(640px, (100vh - 440px) * 1.2, 1080px); } }
.bdsg .whose { margin: 0 0 4px; min-height: 1.45em; font-weight: 600; }
.bdsg.beside .transport { max-width: 900px; }

/* Evaluation: the threshold above, cards beside the plane. */
.bdsg .threshold { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 18px; min-height: 44px; margin: 0 0 8px; }
/* The reading's words do not count for its width: the slider would shrink under the finger. */
.bdsg .epsilon { display: flex; align-items: center; gap: 12px; flex: 1 1 260px; max-width: 480px; }
.bdsg .epsilon span { font-weight: 600; }
.bdsg .reading { display: flex; flex-wrap: wrap; gap: 0 14px; font-variant-numeric: tabular-nums; color: var(--soft); flex: 2 1 0; min-width: 26ch; }
.bdsg .reading strong { color: var(--text); font-weight: 600; }
.bdsg .choice { display: inline-flex; align-items: center; gap: 6px; color: var(--soft); font-size: 13px; }
.bdsg .counted { min-height: 4.4em; margin: 8px 0 0; font-size: 13.5px; line-height: 1.5; color: var(--soft); font-variant-numeric: tabular-nums; }
.bdsg .counted strong { color: var(--text); margin-right: 4px; }
.bdsg .scores { display: grid; gap: 14px; align-content: start; container-type: inline-size; }
.bdsg .group { margin: 0 0 5px; font-size: 13px; color: var(--soft); }
.bdsg .group strong { color: var(--text); margin-right: 4px; }
.bdsg .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 6px; }
.bdsg .cards.joint { gap: 0; border: 1px solid color-mix(in srgb, var(--accent) 45%, transparent); border-radius: var(--round); }
.bdsg .card {
  display: flex; flex-direction: column; padding: 7px 10px 8px; border: 1px solid var(--faint); border-radius: var(--round);
  background: transparent; text-align: left;
}
.bdsg .joint .card { border-color: transparent; }
.bdsg .card:hover { background: var(--wash); }
.bdsg .card[aria-pressed="true"] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 9%, transparent); }
.bdsg .card .name { color: var(--soft); font-size: 12.5px; font-weight: 600; }
.bdsg .card .value { font-size: 21px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.bdsg .card .text { color: var(--soft); font-size: 12px; line-height: 1.4; }
/* Heights kept free until the data arrive, so that nothing below jumps. */
.bdsg.evaluate .scores { min-height: 620px; }
.bdsg .exact { margin: 0 0 8px; padding: 6px 10px; border-left: 3px solid var(--bdsg-boundary); color: var(--soft); font-size: 12.5px; }
@container (max-width: 560px) {
  .bdsg .threshold { min-height: 84px; }
  .bdsg.evaluate .scores { min-height: 825px; }
}
@container (min-width: 820px) {
  .bdsg.evaluate .scores { min-height: 576px; }
  .bdsg.evaluate .board { grid-template-columns: minmax(0, var(--stage)) minmax(300px, 560px); }
}

/* Signs in a sentence, drawn as on the plane. */
.bdsg .key { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 2px; border-radius: 2px; vertical-align: -1.5px; }
.bdsg .key.tp { background: color-mix(in srgb, var(--bdsg-hit) 55%, transparent); }
.bdsg .key.tn { background: radial-gradient(circle, var(--soft) 1px, var(--wash) 1.4px) 0 0 / 4px 4px; }
.bdsg .key.fp { background: repeating-linear-gradient(-45deg, var(--bdsg-miss) 0 1.5px, color-mix(in srgb, var(--bdsg-miss) 30%, transparent) 1.5px 4px); }
.bdsg .key.fn { background: repeating-linear-gradient(45deg, var(--bdsg-lost) 0 1.5px, color-mix(in srgb, var(--bdsg-lost) 30%, transparent) 1.5px 4px); }
.bdsg .key.in { width: 8px; height: 8px; border-radius: 0; background: var(--bdsg-boundary); transform: rotate(45deg) scale(0.85); vertical-align: 0; }
.bdsg .key.out { background: linear-gradient(45deg, transparent 43%, var(--bdsg-miss) 43% 57%, transparent 57%), linear-gradient(-45deg, transparent 43%, var(--bdsg-miss) 43% 57%, transparent 57%); }
.bdsg .key.arc { height: 4px; vertical-align: 3px; background: var(--bdsg-hit); }
.bdsg .key.gap { width: 18px; height: 4px; vertical-align: 3px; border-radius: 0; background: repeating-linear-gradient(to right, var(--bdsg-miss) 0 7px, transparent 7px 10px); }

/* The editor of mixtures. */
.bdsg .tools, .bdsg .chosen { display: flex; flex-wrap: wrap; gap: 4px 6px; min-height: 34px; padding: 0 0 6px; align-items: center; align-content: flex-start; }
.bdsg .layer:disabled { opacity: 0.4; cursor: default; }
.bdsg .chosen .layer[aria-checked="true"] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 14%, transparent); font-weight: 600; }
.bdsg .dial { display: grid; grid-template-columns: 5.2em minmax(90px, 1fr) 4.2em; align-items: center; gap: 8px; min-height: 38px; font-size: 13px; }
.bdsg .dial output { color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; }
.bdsg .dial input:disabled { opacity: 0.4; }
.bdsg .keys { margin: 10px 0 0; color: var(--soft); font-size: 12.5px; line-height: 1.55; }
.bdsg kbd { padding: 0 4px; border: 1px solid var(--faint); border-radius: 4px; font: inherit; }
.bdsg.editor .side { height: auto; padding: 0; contain: none; }
.bdsg.editor .counted { min-height: 1.5em; }
.bdsg .gaussian-tools, .bdsg .brush-tools, .bdsg .tools > span { display: flex; flex-wrap: wrap; gap: 4px 6px; }
.bdsg .tools > .switch { gap: 0; flex-wrap: nowrap; }
.bdsg .tools > .brush-tools, .bdsg .brush-dials, .bdsg .live-count { display: none; }
.bdsg.painting .tools > .gaussian-tools, .bdsg.painting .chosen, .bdsg.painting .dials, .bdsg.painting .dials ~ .keys { display: none; }
.bdsg.painting .tools > .brush-tools { display: flex; }
.bdsg.painting .brush-dials { display: block; }
.bdsg.painting .plane-canvas { cursor: crosshair; touch-action: none; }
.bdsg.painting .live-count { display: block; position: absolute; left: 60px; top: 14px; font-size: 12.5px; font-weight: 600; font-variant-numeric: tabular-nums; pointer-events: none; }
.bdsg .brush-tools .layer[aria-pressed="false"] { color: inherit; border-style: solid; }
.bdsg .brush-tools .layer[aria-pressed="true"] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 14%, transparent); }
.bdsg .main-tool:not(:disabled) { border-color: var(--accent); background: var(--accent); color: var(--st-background-color, #fff); font-weight: 600; }
.bdsg .saves { position: absolute; top: 12px; right: 14px; display: flex; gap: 2px; opacity: 0.55; }
.bdsg .saves:hover, .bdsg .saves:focus-within { opacity: 1; }
.bdsg .save { padding: 0 7px; border-color: transparent; color: var(--text); font-size: 11.5px; }
.bdsg.compact:not(.still) .saves, .bdsg.player:is([data-frames="0"], [data-frames="1"]) [data-save="GIF"] { display: none; }
.bdsg .save-words { padding: 0 6px; font-size: 11.5px; font-variant-numeric: tabular-nums; }
.bdsg .saves:has(.save-words:not(:empty)) { opacity: 1; border-radius: 6px; background: color-mix(in srgb, var(--st-background-color, #fff) 88%, transparent); }

/* Small multiples of a study. */
.bdsg .mosaic-plane { position: relative; width: 100%; min-height: 200px; }
.bdsg .mosaic-plane canvas { position: absolute; inset: 0; outline-offset: 2px; }
.bdsg .mosaic-scale { display: flex; align-items: center; gap: 8px; margin-bottom: 6px; color: var(--soft); font-size: 13px; }
.bdsg .mosaic-scale .ramp { width: 128px; height: 10px; border-radius: 3px; }
.bdsg .mosaic-words { margin: 4px 0 0; min-height: 2.9em; color: var(--soft); font-size: 13.5px; }
`;var A=`/* The images page.  Frames tell what an image is: blue and rounded is made, red and square is held. */

.bdsg.images { padding-bottom: 6px; }
.bdsg.images .says { margin: 0 0 8px; color: var(--soft); font-size: 13.5px; }
.bdsg.images .told { min-height: 1.45em; margin: 8px 0 0; font-size: 13.5px; font-variant-numeric: tabular-nums; }
.bdsg.images .mark { display: inline-block; width: 11px; height: 11px; margin: 0 5px 0 0; vertical-align: -1px; border-width: 2px; border-style: solid; }
.bdsg.images .mark + .mark, .bdsg.images .says .held { margin-left: 12px; }
.bdsg.images .made { border-color: var(--bdsg-boundary); border-radius: 4px; }
.bdsg.images .held { border-color: var(--bdsg-data); }
.bdsg.images canvas { image-rendering: pixelated; background: var(--wash); }

.bdsg.images .pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(58px, 1fr)); gap: 10px 8px; margin: 0; padding: 0; list-style: none; }
.bdsg.images .pairs li { margin: 0; }
.bdsg.images .pair { display: block; width: 100%; padding: 0; border: 0; background: transparent; text-align: center; }
.bdsg.images .pair canvas { width: 100%; height: auto; aspect-ratio: 1; border-width: 2px; border-style: solid; }
.bdsg.images .pair canvas.made { border-radius: 8px; }
.bdsg.images .pair canvas + canvas { margin-top: 3px; width: 62%; margin-inline: auto; }
.bdsg.images .pair span { display: block; color: var(--soft); font-size: 11.5px; line-height: 17px; font-variant-numeric: tabular-nums; }
.bdsg.images .pair[aria-pressed="true"] span { color: var(--text); font-weight: 600; }
.bdsg.images .pair[aria-pressed="true"] canvas { outline: 2px solid var(--text); outline-offset: 1px; }
.bdsg.images .pairs:not(.all) li:nth-child(n + 13) { display: none; }
.bdsg.images .more { margin-top: 10px; padding: 3px 14px; border: 1px solid var(--faint); border-radius: 99px; background: transparent; }
.bdsg.images .more:hover { background: var(--wash); }
@container (min-width: 700px) {
  .bdsg.images .pairs { grid-template-columns: repeat(12, minmax(0, 1fr)); }
  .bdsg.images .pairs:not(.all) li:nth-child(n + 13) { display: none; }
}

.bdsg.images .two { display: grid; gap: 26px 34px; margin-top: 22px; }
.bdsg.images .two > div { min-width: 0; }
@container (min-width: 900px) { .bdsg.images .two { grid-template-columns: 1fr 1fr; } }

.bdsg.images .walk { display: flex; gap: 12px; align-items: flex-start; }
.bdsg.images .large { flex: none; width: 112px; height: auto; aspect-ratio: 1; border: 2px solid var(--bdsg-data); }
.bdsg.images .large.beyond { border-color: var(--bdsg-boundary); border-radius: 12px; }
.bdsg.images .way { flex: 1; min-width: 0; }
.bdsg.images .strip { display: flex; gap: 2px; }
.bdsg.images .strip canvas { flex: 1 1 0; width: 0; height: auto; aspect-ratio: 1; border-bottom: 3px solid var(--bdsg-data); cursor: pointer; }
.bdsg.images .strip canvas.beyond { border-bottom: 3px double var(--bdsg-boundary); }
.bdsg.images .strip canvas.now { outline: 2px solid var(--text); outline-offset: 1px; z-index: 1; }
.bdsg.images .climb { display: block; width: 100%; height: 96px; margin-top: 6px; overflow: visible; touch-action: pan-y; cursor: pointer; }
.bdsg.images .step-slider { width: 100%; }
.bdsg.images .climb .line { fill: none; stroke: var(--text); stroke-width: 2; vector-effect: non-scaling-stroke; }
.bdsg.images .climb .limit { stroke: var(--accent); stroke-width: 2; stroke-dasharray: 6 4; vector-effect: non-scaling-stroke; }
.bdsg.images .climb .crossing { stroke: var(--bdsg-boundary); stroke-width: 2; vector-effect: non-scaling-stroke; }
.bdsg.images .climb text { fill: var(--soft); font-size: 12px; }
@container (max-width: 480px) {
  .bdsg.images .walk { flex-direction: column; align-items: stretch; }
  .bdsg.images .large { align-self: center; }
}

.bdsg.images .threshold-row { display: flex; align-items: center; gap: 10px; }
.bdsg.images .reading { min-width: 7ch; text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
.bdsg.images .row { display: grid; grid-template-columns: minmax(84px, 118px) 1fr 68px; align-items: end; gap: 0 10px; padding: 5px 0 0; }
.bdsg.images .row .name { font-size: 13px; line-height: 1.25; padding-bottom: 2px; }
.bdsg.images .row .share { text-align: right; font-size: 13px; font-variant-numeric: tabular-nums; line-height: 1.2; padding-bottom: 2px; }
.bdsg.images .row .share b { display: block; font-size: 16px; }
.bdsg.images .row .share small { color: var(--soft); font-size: 11px; }
.bdsg.images .row svg { display: block; width: 100%; height: 50px; cursor: ew-resize; touch-action: pan-y; overflow: visible; }
.bdsg.images .row .limit { stroke: var(--text); stroke-width: 2; vector-effect: non-scaling-stroke; }
.bdsg.images .row .floor { stroke: var(--faint); stroke-width: 1; vector-effect: non-scaling-stroke; }
.bdsg.images .row .below { fill-opacity: 0.16; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
.bdsg.images .row .above { fill-opacity: 0.9; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
.bdsg.images .row .hit { fill: transparent; }
`;function E(n,t,e){let r=new WeakMap,s={};return function(o){let{data:i,parentElement:d}=o,l=r.get(d);return l?.root.isConnected||(l?.stop(),U(d,n,t),l=e(d,s),r.set(d,l)),l.receive(i instanceof Uint8Array?i:null,o),()=>{r.get(d)?.stop(),r.delete(d)}}}function U(n,t,e){for(let a of Array.from(n.children))a.matches(".bdsg, style.bdsg-style")&&a.remove();let r=document.createElement("style");r.className="bdsg-style",r.textContent=e;let s=document.createElement("template");s.innerHTML=t,n.append(r,s.content)}function M(n){let t=1/0,e=-1/0;for(let{sorted:r}of n)t=Math.min(t,r[0]),e=Math.max(e,r[Math.floor(.99*(r.length-1))]);return e>t?[t,e]:[t-.5,t+.5]}function T(n,[t,e]){let r=new Float64Array(44);for(let s of n){let a=Math.floor((s-t)/(e-t)*44);r[Math.min(Math.max(a,0),43)]+=1}return r.map(s=>s/n.length)}function $(n,t){let e=0,r=n.length;for(;e<r;){let s=e+r>>1;n[s]>t?r=s:e=s+1}return 1-e/n.length}function L(n,t){let e=t*(n.length-1),r=Math.floor(e);return n[r]+(e-r)*((n[r+1]??n[r])-n[r])}function z(n,t){if(n[0]>t)return 0;for(let e=1;e<n.length;e+=1)if(n[e]>t)return e-1+(t-n[e-1])/(n[e]-n[e-1]);return null}function N(n){return n==null?"–":`${j(100*n,100,1)} %`}function C(n,t){if(n==null)return"–";if(n===0)return"0";let e=n<0?"−":"",[r,s]=Math.abs(n).toExponential(t-1).split("e"),a=Number(s);if(a<-4||a>4)return`${e}${Number(r)} × 10${D(a)}`;let[o,i]=String(+`${r}e${s}`).split(".");return`${e}${v(Number(o))}${i?`.${i}`:""}`}function v(n){return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g,",")}function j(n,t,e){if(n<=0||n>=t)return n<=0?"0":String(t);let r=n.toFixed(e),s=10**-e;return Number(r)===0?`< ${s.toFixed(e)}`:Number(r)===t?`> ${(t-s).toFixed(e)}`:r}function D(n){return String(n).replace("-","⁻").replace(/\d/g,t=>"⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(t)])}var V={light:{data:[203,50,58],model:[0,138,96],boundary:[0,92,175],hit:[0,128,138],miss:[222,108,0],lost:[150,60,150],heat:[178,170,205]},dark:{data:[255,122,112],model:[66,206,152],boundary:[94,178,255],hit:[60,196,200],miss:[255,166,66],lost:[218,140,226],heat:[84,77,122]}};function I(n){let t=getComputedStyle(n),e=(o,i)=>G(t.getPropertyValue(o).trim()||i),r=e("--st-background-color","#ffffff"),s=q(r)<.4,a=V[s?"dark":"light"];for(let[o,i]of Object.entries(a))n.style.setProperty(`--bdsg-${o}`,W(i,1));return n.style.colorScheme=s?"dark":"light",{...a,dark:s,background:r,font:t.fontFamily||"sans-serif",text:e("--st-text-color",s?"#fafafa":"#31333f"),primary:e("--st-primary-color","#ff4b4b")}}function w(n,t){let e=n.getContext("2d",t);if(!e)throw new Error("This browser draws on no canvas.");return e}function G(n){let t=w(document.createElement("canvas"),{willReadFrequently:!0});t.fillStyle=n,t.fillRect(0,0,1,1);let[e,r,s]=t.getImageData(0,0,1,1).data;return[e,r,s]}function q([n,t,e]){return(.2126*n+.7152*t+.0722*e)/255}function W([n,t,e],r){return`rgba(${n}, ${t}, ${e}, ${r})`}var K="http://www.w3.org/2000/svg";function g(n,t){let e=document.createElementNS(K,n);for(let[r,s]of Object.entries(t))e.setAttribute(r,String(s));return e}function x(n,{shape:[,t,e,r],values:s},a,o=""){let i=new ImageData(e,t),d=a*t*e*r;for(let l=0;l<t*e;l+=1){for(let c=0;c<3;c+=1)i.data[4*l+c]=s[d+l*r+Math.min(c,r-1)];i.data[4*l+3]=255}Object.assign(n,{width:e,height:t}),w(n).putImageData(i,0,0),o&&n.setAttribute("aria-label",o)}function b(n){return C(n,4)}function R(n,t,e){let r=t.length,s=Math.max(...t,e),a=Math.min(...t,e),o=y=>100*(y+.5)/r,i=y=>92-84*(y-a)/(s-a||1),d=z(t,e),l=d===null?"never crosses the line":`crosses after step ${Math.floor(d)+1}`,c=g("svg",{viewBox:"0 0 100 96",preserveAspectRatio:"none",width:"100%",height:"96"}),p=d===null?null:o(d);c.append(g("polyline",{class:"line",points:J(t,o,i)}),g("line",{class:"limit",x1:0,x2:100,y1:i(e),y2:i(e)})),p!==null&&c.append(g("line",{class:"crossing",x1:p,x2:p,y1:0,y2:96})),n.replaceChildren(c,X(l,p));let u=`from ${b(t[0])} to ${b(t[r-1])}`;n.setAttribute("aria-label",`Scores along the walk: ${u}; it ${l}.`)}function J(n,t,e){return Array.from(n,(r,s)=>`${t(s)},${e(r)}`).join(" ")}function X(n,t){let e=t===null||t<55,r=t===null?{x:"0",y:"32"}:{x:`${t}%`,y:"12"},s=g("text",{...r,dx:e?6:-6,"text-anchor":e?"start":"end"});return s.textContent=n,s}function k(n,t){let e=n.querySelector(t);if(!e)throw new Error(`The markup lacks ${t}.`);return e}function h(n,t={},...e){let r=document.createElement(n);for(let[s,a]of Object.entries(t))typeof a=="function"?r.addEventListener(s,a):s==="html"?r.innerHTML=String(a):a!=null&&r.setAttribute(s,String(a));return r.append(...e),r}function B(n,t,e){let r=g("svg",{viewBox:`0 0 ${44} 50`,preserveAspectRatio:"none","aria-hidden":"true"}),s=`clip-${n.title.replace(/\W/g,"")}`,a=g("clipPath",{id:s});a.append(n.clip);let o=`fill:var(--bdsg-${n.kind});stroke:var(--bdsg-${n.kind})`,i={d:Y(T(n.sorted,t)),style:o};r.append(a,g("line",{class:"floor",x1:0,x2:44,y1:50,y2:50}),g("path",{class:"below",...i}),g("path",{class:"above",...i,"clip-path":`url(#${s})`}),n.limit,g("rect",{class:"hit",width:44,height:50}));let d=p=>{let u=r.getBoundingClientRect();e(Math.min(Math.max((p.clientX-u.left)/u.width,0),1))};r.addEventListener("pointerdown",p=>{r.setPointerCapture(p.pointerId),d(p)}),r.addEventListener("pointermove",p=>p.buttons&&d(p));let l=h("small",{},`of ${v(n.sorted.length)}`),c=h("div",{class:"share"},n.share,l);return h("div",{class:"row"},h("div",{class:"name"},n.title),r,c)}function Y(n){let t=Math.max(...n);return`M0,50${Array.from(n,(r,s)=>{let a=50-46*r/t;return`L${s},${a}L${s+1},${a}`}).join("")}L${44},50Z`}var Z={F64:Float64Array,F32:Float32Array,I32:Int32Array,I16:Int16Array,U8:Uint8Array};function H(n){let t=new DataView(n.buffer,n.byteOffset,n.byteLength),e=8+Number(t.getBigUint64(0,!0)),r=JSON.parse(new TextDecoder().decode(n.subarray(8,e))),{__metadata__:s,...a}=r,o={};for(let[i,{dtype:d,shape:l,data_offsets:[c,p]}]of Object.entries(a))o[i]={shape:l,values:new Z[d](n.slice(e+c,e+p).buffer)};return{arrays:o,meta:JSON.parse(s?.json??"{}")}}function P(n,t){if(n===t)return!0;if(!n||!t||n.length!==t.length)return!1;for(let e=0;e<n.length;e+=1)if(n[e]!==t[e])return!1;return!0}var Q=.05,f=class{root;slider;steps;bytes=null;pictures={};numbers={};meta={sets:[],score:""};sets=[];low=0;high=1;threshold=0;step;constructor(t){this.root=k(t,".bdsg"),this.slider=this.find(".threshold-slider"),this.slider.addEventListener("input",()=>this.setThreshold(this.low+(this.high-this.low)*(Number(this.slider.value)/1e3))),this.steps=this.find(".step-slider"),this.steps.addEventListener("input",()=>this.setStep(Number(this.steps.value))),this.find(".more").addEventListener("click",()=>this.#e());let e=r=>this.#a(r);this.find(".climb").addEventListener("pointerdown",e),this.find(".climb").addEventListener("pointermove",r=>r.buttons&&e(r))}find(t){return k(this.root,t)}stop(){}receive(t){if(I(this.root),!t?.length||P(t,this.bytes))return;this.bytes=t;let{arrays:e,meta:r}=H(t);this.pictures=e,this.numbers=e,this.meta=r,this.#r(),this.#s(),this.#o(),this.setThreshold(L(this.sets[0].sorted,1-Q)),this.setStep(0)}#r(){let{samples:t,nearest:e}=this.pictures,{l1:r}=this.numbers,s=t?.shape[0]??0,a=this.find(".pairs");this.find(".grid-part").hidden=s===0,a.replaceChildren(...Array.from({length:s},(o,i)=>{let[d,l]=["made","held"].map(u=>h("canvas",{class:u,"aria-hidden":"true"}));t&&x(d,t,i),e&&x(l,e,i);let c=`Boundary image ${i+1} of ${s}: ${this.#t(i)}`,p=h("button",{type:"button",class:"pair","aria-pressed":"false","aria-label":c,click:()=>this.#n(i)},d,l);return p.append(h("span",{},r?b(r.values[i]):"")),h("li",{},p)})),this.find(".unit").textContent=r?"· below: their distance L1":"",this.find(".grid-part .told").textContent="Press an image for its scores.",a.classList.remove("all"),this.#e(!1)}#t(t){return`${Object.entries({l1:"distance to the nearest training image L1",log_p:"log p_g in nats",loss:"loss"}).flatMap(([s,a])=>{let{[s]:o}=this.numbers;return o?[`${a} ${b(o.values[t])}`]:[]}).join(", ")}.`}#n(t){this.root.querySelectorAll(".pair").forEach((e,r)=>e.setAttribute("aria-pressed",String(r===t))),this.find(".grid-part .told").textContent=`Image ${t+1}: ${this.#t(t)}`}#e(t=!0){let e=this.find(".pairs"),r=this.find(".more"),s=e.children.length;t&&e.classList.toggle("all");let a=e.classList.contains("all");r.textContent=a?"Show 12":`Show all ${s}`,r.setAttribute("aria-expanded",String(a)),r.hidden=s<=12}#s(){let{walk:t}=this.pictures,{walk_scores:e}=this.numbers;if(this.find(".walk-part").hidden=!t||!e,!t||!e)return;let r=Array.from({length:t.shape[0]},(s,a)=>{let o=h("canvas",{role:"img",click:()=>this.setStep(a)});return x(o,t,a,`Step ${a+1} of the walk`),o});this.find(".strip").replaceChildren(...r),this.find(".walk-says").textContent="From a test image to one of B's, and on, in equal steps; below, the score of each.",this.steps.max=String(r.length-1)}setStep(t){let{walk:e}=this.pictures,{walk_scores:r,walk_log_p:s}=this.numbers;if(!e||!r)return;this.step=t,this.steps.value=String(t),this.steps.style.setProperty("--done",String(t/Math.max(e.shape[0]-1,1))),[...this.find(".strip").children].forEach((d,l)=>d.classList.toggle("now",l===t));let a=r.values[t]>this.threshold,o=a?"beyond the line":"within the line",i=`Step ${t+1} of ${e.shape[0]}: score ${b(r.values[t])}, ${o}`;x(this.find(".large"),e,t,i),this.find(".large").classList.toggle("beyond",a),this.steps.setAttribute("aria-valuetext",i),this.find(".here").textContent=`${i}${s?`; log p_g ${b(s.values[t])} nats`:""}.`}#a(t){let e=this.find(".climb").getBoundingClientRect(),r=this.pictures.walk?.shape[0]??0,s=Math.floor((t.clientX-e.left)/e.width*r);this.setStep(Math.min(Math.max(s,0),r-1))}#i(){let t=this.numbers.walk_scores?.values;!t||!this.pictures.walk||(R(this.find(".climb"),t,this.threshold),[...this.find(".strip").children].forEach((e,r)=>e.classList.toggle("beyond",t[r]>this.threshold)))}#o(){this.sets=this.meta.sets.map(({key:e,title:r,kind:s})=>{let a=Float32Array.from(this.numbers[e]?.values??[]).sort();return{title:r,kind:s,sorted:a,clip:g("rect",{y:-2,height:54}),limit:g("line",{class:"limit",y1:-3,y2:50}),share:h("b")}}),[this.low,this.high]=M(this.sets);let t=e=>this.setThreshold(this.low+e*(this.high-this.low));this.find(".which").textContent=this.meta.score?` Score: ${this.meta.score}.`:"",this.find(".rows").replaceChildren(...this.sets.map(e=>B(e,[this.low,this.high],t)))}setThreshold(t){this.threshold=t;let e=(t-this.low)/(this.high-this.low),r=44*e;this.slider.value=String(Math.round(1e3*e)),this.slider.style.setProperty("--done",String(Math.min(Math.max(e,0),1))),this.find(".reading").textContent=b(t);let s=this.sets.map(a=>{let o=N($(a.sorted,t));a.share.textContent=o,a.clip.setAttribute("x",String(r)),a.clip.setAttribute("width",String(Math.max(44-r,0)));for(let i of["x1","x2"])a.limit.setAttribute(i,String(r));return`${a.title} ${o}`});this.slider.setAttribute("aria-valuetext",`${b(t)}; beyond it: ${s.join(", ")}`),this.#i(),this.step!==void 0&&this.setStep(this.step)}};var _=`<section class="bdsg images" aria-label="Boundary samples, a walk across the boundary, and scores">
  <div class="grid-part">
    <h3>On the boundary</h3>
    <p class="says"><span class="mark made"></span>image that <i>B</i>(<i>z</i>) made <span class="mark held"></span>nearest training image <span class="unit"></span></p>
    <ul class="pairs"></ul>
    <button type="button" class="more"></button>
    <p class="told" aria-live="polite"></p>
  </div>
  <div class="two">
    <div class="walk-part">
      <h3>Across the boundary</h3>
      <p class="says walk-says"></p>
      <div class="walk">
        <canvas class="large" role="img"></canvas>
        <div class="way">
          <div class="strip" aria-hidden="true"></div>
          <svg class="climb" role="img"></svg>
          <input type="range" class="step-slider" min="0" step="1" value="0" aria-label="Step of the walk">
        </div>
      </div>
      <p class="told here" aria-live="polite"></p>
    </div>
    <div class="scores-part">
      <h3>Where to draw the line</h3>
      <p class="says">Drag the line. Filled: beyond it, so called anomalous.<span class="which"></span></p>
      <label class="threshold-row"><span>Threshold</span> <input type="range" class="threshold-slider" min="0" max="1000" step="1" value="500" aria-label="Threshold of the anomaly score"> <output class="reading"></output></label>
      <div class="rows"></div>
    </div>
  </div>
</section>
`;var _t=E(_,`${S}
${A}`,n=>new f(n));export{_t as default};
