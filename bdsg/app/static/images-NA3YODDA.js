var $=`/* Both components.  Colours come from Streamlit's theme; the layers' shades (--bdsg-...) are set by theme.js. */

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

/* The probe's card lies over the corner of the stage that is farther from the point. */
.bdsg .main { position: relative; }
.bdsg .probe {
  position: absolute; top: 56px; right: 18px; z-index: 2; max-width: calc(100% - 62px); padding: 8px 12px 9px; border: 1px solid var(--faint);
  border-radius: var(--round); background: color-mix(in srgb, var(--st-background-color, #fff) 94%, transparent);
  box-shadow: 0 2px 10px rgb(0 0 0 / 12%); font-size: 12.5px; font-variant-numeric: tabular-nums;
}
.bdsg .probe.left { right: auto; left: 46px; }
.bdsg .probe p { margin: 0; }
.bdsg .probe table { border-collapse: collapse; margin: 2px 0 4px; }
.bdsg .probe th, .bdsg .probe td { padding: 1px 12px 1px 0; border: 0; text-align: left; font-weight: 400; white-space: nowrap; }
.bdsg .probe thead { color: var(--soft); font-size: 11.5px; }
.bdsg .probe-close { position: absolute; top: 2px; right: 4px; width: 28px; height: 28px; border: 0; background: transparent; font-size: 17px; }
.bdsg .near { display: inline-block; width: 16px; height: 0; margin-right: 7px; border-top: 2px solid var(--bdsg-boundary); vertical-align: 4px; }
.bdsg .near.to-sample { border-top: 2px dotted var(--bdsg-data); }
@container (max-width: 560px) {
  .bdsg .probe, .bdsg .probe.left { position: relative; inset: 0 auto auto 0; max-width: none; margin-top: 6px; box-shadow: none; }
}

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
`;var z=`/* The images page.  Frames tell what an image is: blue and rounded is made, red and square is held. */

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
`;function M(r,t,e){let a=new WeakMap,s=new Map;return function(o){let{data:n,key:d,parentElement:l}=o,p=a.get(l);return p?.root.isConnected||(p?.stop(),P(l,r,t),s.has(d)||s.set(d,{}),p=e(l,s.get(d)),a.set(l,p)),p.receive(n instanceof Uint8Array?n:null,o),()=>{a.get(l)?.stop(),a.delete(l)}}}function P(r,t,e){for(let i of r.querySelectorAll(":scope > .bdsg, :scope > style.bdsg-style"))i.remove();let a=document.createElement("style");a.className="bdsg-style",a.textContent=e;let s=document.createElement("template");s.innerHTML=t,r.append(a,s.content)}function S(r){let t=1/0,e=-1/0;for(let{sorted:a}of r)t=Math.min(t,a[0]),e=Math.max(e,a[Math.floor(.99*(a.length-1))]);return e>t?[t,e]:[t-.5,t+.5]}function A(r,[t,e]){let a=new Float64Array(44);for(let s of r){let i=Math.floor((s-t)/(e-t)*44);a[Math.min(Math.max(i,0),43)]+=1}return a.map(s=>s/r.length)}function L(r,t){let e=0,a=r.length;for(;e<a;){let s=e+a>>1;r[s]>t?a=s:e=s+1}return 1-e/r.length}function T(r,t){let e=t*(r.length-1),a=Math.floor(e);return r[a]+(e-a)*((r[a+1]??r[a])-r[a])}function E(r,t){if(r[0]>t)return 0;for(let e=1;e<r.length;e+=1)if(r[e]>t)return e-1+(t-r[e-1])/(r[e]-r[e-1]);return null}function B(r){return N(r)?"–":`${q(100*r,100,1)} %`}function C(r,t){if(N(r))return"–";if(r===0)return"0";let e=r<0?"−":"",[a,s]=Math.abs(r).toExponential(t-1).split("e"),i=Number(s);if(i<-4||i>4)return`${e}${Number(a)} × 10${R(i)}`;let[o,n]=String(+`${a}e${s}`).split(".");return`${e}${k(o)}${n?`.${n}`:""}`}function k(r){return String(Math.round(r)).replace(/\B(?=(\d{3})+$)/g,",")}function N(r){return r==null}function q(r,t,e){if(r<=0||r>=t)return r<=0?"0":String(t);let a=r.toFixed(e),s=10**-e;return Number(a)===0?`< ${s.toFixed(e)}`:Number(a)===t?`> ${(t-s).toFixed(e)}`:a}function R(r){return String(r).replace("-","⁻").replace(/\d/g,t=>"⁰¹²³⁴⁵⁶⁷⁸⁹"[t])}function b(r,t={},...e){let a=document.createElement(r);for(let[s,i]of Object.entries(t))typeof i=="function"?a.addEventListener(s,i):s==="html"?a.innerHTML=i:i!=null&&a.setAttribute(s,i);return a.append(...e),a}var V={F64:Float64Array,F32:Float32Array,I32:Int32Array,I16:Int16Array,U8:Uint8Array};function I(r){let t=new DataView(r.buffer,r.byteOffset,r.byteLength),e=8+Number(t.getBigUint64(0,!0)),a=JSON.parse(new TextDecoder().decode(r.subarray(8,e))),s={};for(let[i,o]of Object.entries(a)){if(i==="__metadata__")continue;let[n,d]=o.data_offsets,l=r.slice(e+n,e+d).buffer;s[i]={shape:o.shape,values:new V[o.dtype](l)}}return{arrays:s,meta:JSON.parse(a.__metadata__?.json??"{}")}}function _(r,t){if(r===t)return!0;if(!r||!t||r.length!==t.length)return!1;for(let e=0;e<r.length;e+=1)if(r[e]!==t[e])return!1;return!0}var D={light:{data:[203,50,58],model:[0,138,96],boundary:[0,92,175],hit:[0,128,138],miss:[222,108,0],lost:[150,60,150],heat:[178,170,205]},dark:{data:[255,122,112],model:[66,206,152],boundary:[94,178,255],hit:[60,196,200],miss:[255,166,66],lost:[218,140,226],heat:[84,77,122]}};function j(r){let t=getComputedStyle(r),e=(o,n)=>G(t.getPropertyValue(o).trim()||n),a=e("--st-background-color","#ffffff"),s=U(a)<.4,i=D[s?"dark":"light"];for(let[o,n]of Object.entries(i))r.style.setProperty(`--bdsg-${o}`,W(n,1));return r.style.colorScheme=s?"dark":"light",{...i,dark:s,background:a,font:t.fontFamily||"sans-serif",text:e("--st-text-color",s?"#fafafa":"#31333f"),primary:e("--st-primary-color","#ff4b4b")}}function G(r){let t=document.createElement("canvas").getContext("2d",{willReadFrequently:!0});return t.fillStyle=r,t.fillRect(0,0,1,1),Array.from(t.getImageData(0,0,1,1).data.slice(0,3))}function U([r,t,e]){return(.2126*r+.7152*t+.0722*e)/255}function W([r,t,e],a){return`rgba(${r}, ${t}, ${e}, ${a})`}var K="http://www.w3.org/2000/svg",J=.05;function h(r,t){let e=document.createElementNS(K,r);for(let[a,s]of Object.entries(t))e.setAttribute(a,s);return e}function w(r,{shape:[,t,e,a],values:s},i,o){let n=new ImageData(e,t),d=i*t*e*a;for(let l=0;l<t*e;l+=1){for(let p=0;p<3;p+=1)n.data[4*l+p]=s[d+l*a+Math.min(p,a-1)];n.data[4*l+3]=255}Object.assign(r,{width:e,height:t}),r.getContext("2d").putImageData(n,0,0),o&&r.setAttribute("aria-label",o)}var y=class{constructor(t){this.root=t.querySelector(".bdsg"),this.find=a=>this.root.querySelector(a),this.slider=this.find(".threshold-slider"),this.slider.addEventListener("input",()=>this.setThreshold(this.low+(this.high-this.low)*(this.slider.value/1e3))),this.steps=this.find(".step-slider"),this.steps.addEventListener("input",()=>this.setStep(Number(this.steps.value))),this.find(".more").addEventListener("click",()=>this.#e());let e=a=>this.#i(a);this.find(".climb").addEventListener("pointerdown",e),this.find(".climb").addEventListener("pointermove",a=>a.buttons&&e(a))}stop(){}receive(t){j(this.root),!(!t?.length||_(t,this.bytes))&&(this.bytes=t,Object.assign(this,I(t)),this.#a(),this.#s(),this.#o(),this.setThreshold(T(this.sets[0].sorted,1-J)),this.setStep(0))}#a(){let{samples:t,nearest:e,l1:a}=this.arrays,s=t?.shape[0]??0,i=this.find(".pairs");this.find(".grid-part").hidden=s===0,i.replaceChildren(...Array.from({length:s},(o,n)=>{let[d,l]=["made","held"].map(m=>b("canvas",{class:m,"aria-hidden":"true"}));w(d,t,n),w(l,e,n);let p=`Boundary image ${n+1} of ${s}: ${this.#t(n)}`,x=b("button",{type:"button",class:"pair","aria-pressed":"false","aria-label":p,click:()=>this.#r(n)},d,l);return x.append(b("span",{},a?u(a.values[n]):"")),b("li",{},x)})),this.find(".unit").textContent=a?"· below: their distance L1":"",this.find(".grid-part .told").textContent="Press an image for its scores.",i.classList.remove("all"),this.#e(!1)}#t(t){return`${Object.entries({l1:"distance to the nearest training image L1",log_p:"log p_g in nats",loss:"loss"}).filter(([s])=>this.arrays[s]).map(([s,i])=>`${i} ${u(this.arrays[s].values[t])}`).join(", ")}.`}#r(t){this.root.querySelectorAll(".pair").forEach((e,a)=>e.setAttribute("aria-pressed",String(a===t))),this.find(".grid-part .told").textContent=`Image ${t+1}: ${this.#t(t)}`}#e(t=!0){let e=this.find(".pairs"),a=this.find(".more"),s=e.children.length;t&&e.classList.toggle("all");let i=e.classList.contains("all");a.textContent=i?"Show 12":`Show all ${s}`,a.setAttribute("aria-expanded",String(i)),a.hidden=s<=12}#s(){let{walk:t,walk_scores:e}=this.arrays;if(this.find(".walk-part").hidden=!t||!e,!t||!e)return;let a=Array.from({length:t.shape[0]},(s,i)=>{let o=b("canvas",{role:"img",click:()=>this.setStep(i)});return w(o,t,i,`Step ${i+1} of the walk`),o});this.find(".strip").replaceChildren(...a),this.find(".walk-says").textContent="From a test image to one of B's, and on, in equal steps; below, the score of each.",this.steps.max=a.length-1}setStep(t){let{walk:e,walk_scores:a,walk_log_p:s}=this.arrays;if(!e||!a)return;this.step=t,this.steps.value=t,this.steps.style.setProperty("--done",t/Math.max(e.shape[0]-1,1)),[...this.find(".strip").children].forEach((d,l)=>d.classList.toggle("now",l===t));let i=a.values[t]>this.threshold,o=i?"beyond the line":"within the line",n=`Step ${t+1} of ${e.shape[0]}: score ${u(a.values[t])}, ${o}`;w(this.find(".large"),e,t,n),this.find(".large").classList.toggle("beyond",i),this.steps.setAttribute("aria-valuetext",n),this.find(".here").textContent=`${n}${s?`; log p_g ${u(s.values[t])} nats`:""}.`}#i(t){let e=this.find(".climb").getBoundingClientRect(),a=this.arrays.walk.shape[0],s=Math.floor((t.clientX-e.left)/e.width*a);this.setStep(Math.min(Math.max(s,0),a-1))}#n(){let t=this.arrays.walk_scores?.values;if(!t||!this.arrays.walk)return;let e=this.find(".climb"),a=t.length,s=Math.max(...t,this.threshold),i=Math.min(...t,this.threshold),o=c=>100*(c+.5)/a,n=c=>92-84*(c-i)/(s-i||1),d=E(t,this.threshold),l=n(this.threshold),p=d===null?"never crosses the line":`crosses after step ${Math.floor(d)+1}`,x=h("svg",{viewBox:"0 0 100 96",preserveAspectRatio:"none",width:"100%",height:"96"});x.append(h("polyline",{class:"line",points:Array.from(t,(c,v)=>`${o(v)},${n(c)}`).join(" ")})),x.append(h("line",{class:"limit",x1:0,x2:100,y1:l,y2:l})),d!==null&&x.append(h("line",{class:"crossing",x1:o(d),x2:o(d),y1:0,y2:96}));let m=d===null||o(d)<55,g=h("text",{x:d===null?"0":`${o(d)}%`,y:d===null?"32":"12",dx:m?6:-6,"text-anchor":m?"start":"end"});g.textContent=p,e.replaceChildren(x,g),e.setAttribute("aria-label",`Scores along the walk: from ${u(t[0])} to ${u(t[a-1])}; it ${p}.`),[...this.find(".strip").children].forEach((c,v)=>c.classList.toggle("beyond",t[v]>this.threshold))}#o(){this.sets=this.meta.sets.map(({key:t,title:e,kind:a})=>({title:e,kind:a,sorted:this.arrays[t].values.slice().sort()})),[this.low,this.high]=S(this.sets),this.find(".which").textContent=this.meta.score?` Score: ${this.meta.score}.`:"",this.find(".rows").replaceChildren(...this.sets.map(t=>this.#d(t)))}#d(t){let e=A(t.sorted,[this.low,this.high]),a=Math.max(...e),s=`var(--bdsg-${t.kind})`,i=h("svg",{viewBox:`0 0 ${44} 50`,preserveAspectRatio:"none","aria-hidden":"true"}),o=Array.from(e,(g,c)=>[c,50-46*g/a]).map(([g,c])=>`L${g},${c}L${g+1},${c}`).join(""),n=`clip-${t.title.replace(/\W/g,"")}`,d=`M0,50${o}L${44},50Z`,l=`fill:${s};stroke:${s}`;t.clip=h("rect",{y:-2,height:54});let p=h("clipPath",{id:n});p.append(t.clip),t.limit=h("line",{class:"limit",y1:-3,y2:50}),i.append(p,h("line",{class:"floor",x1:0,x2:44,y1:50,y2:50}),h("path",{class:"below",d,style:l}),h("path",{class:"above",d,style:l,"clip-path":`url(#${n})`}),t.limit,h("rect",{class:"hit",width:44,height:50}));let x=g=>{let c=i.getBoundingClientRect(),v=Math.min(Math.max((g.clientX-c.left)/c.width,0),1);this.setThreshold(this.low+v*(this.high-this.low))};i.addEventListener("pointerdown",g=>{i.setPointerCapture(g.pointerId),x(g)}),i.addEventListener("pointermove",g=>g.buttons&&x(g)),t.share=b("b");let m=b("small",{},`of ${k(t.sorted.length)}`);return b("div",{class:"row"},b("div",{class:"name"},t.title),i,b("div",{class:"share"},t.share,m))}setThreshold(t){this.threshold=t;let e=(t-this.low)/(this.high-this.low),a=44*e;this.slider.value=Math.round(1e3*e),this.slider.style.setProperty("--done",Math.min(Math.max(e,0),1)),this.find(".reading").textContent=u(t);let s=this.sets.map(i=>{let o=B(L(i.sorted,t));i.share.textContent=o,i.clip.setAttribute("x",a),i.clip.setAttribute("width",Math.max(44-a,0));for(let n of["x1","x2"])i.limit.setAttribute(n,a);return`${i.title} ${o}`});this.slider.setAttribute("aria-valuetext",`${u(t)}; beyond it: ${s.join(", ")}`),this.#n(),this.step!==void 0&&this.setStep(this.step)}};function u(r){return C(r,4)}var H=`<section class="bdsg images" aria-label="Boundary samples, a walk across the boundary, and scores">
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
`;var mt=M(H,`${$}
${z}`,(r,t)=>new y(r,t));export{mt as default};
