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
`;function N(n,t,e){let r=new WeakMap,s=new Map;return function(i){let{data:o,key:d,parentElement:l}=i,p=r.get(l);return p?.root.isConnected||(p?.stop(),Y(l,n,t),s.has(d)||s.set(d,{}),p=e(l,s.get(d)),r.set(l,p)),p.receive(o instanceof Uint8Array?o:null,i),()=>{r.get(l)?.stop(),r.delete(l)}}}function Y(n,t,e){for(let a of n.querySelectorAll(":scope > .bdsg, :scope > style.bdsg-style"))a.remove();let r=document.createElement("style");r.className="bdsg-style",r.textContent=e;let s=document.createElement("template");s.innerHTML=t,n.append(r,s.content)}var X={light:{data:[203,50,58],model:[0,138,96],boundary:[0,92,175],hit:[0,128,138],miss:[222,108,0],lost:[150,60,150],heat:[178,170,205]},dark:{data:[255,122,112],model:[66,206,152],boundary:[94,178,255],hit:[60,196,200],miss:[255,166,66],lost:[218,140,226],heat:[84,77,122]}};function H(n){let t=getComputedStyle(n),e=(i,o)=>J(t.getPropertyValue(i).trim()||o),r=e("--st-background-color","#ffffff"),s=Q(r)<.4,a=X[s?"dark":"light"];for(let[i,o]of Object.entries(a))n.style.setProperty(`--bdsg-${i}`,c(o,1));return n.style.colorScheme=s?"dark":"light",{...a,dark:s,background:r,font:t.fontFamily||"sans-serif",text:e("--st-text-color",s?"#fafafa":"#31333f"),primary:e("--st-primary-color","#ff4b4b")}}function b(n,t){let e=n.getContext("2d",t);if(!e)throw new Error("This browser draws on no canvas.");return e}function J(n){let t=b(document.createElement("canvas"),{willReadFrequently:!0});t.fillStyle=n,t.fillRect(0,0,1,1);let[e,r,s]=t.getImageData(0,0,1,1).data;return[e,r,s]}function Q([n,t,e]){return(.2126*n+.7152*t+.0722*e)/255}function c([n,t,e],r){return`rgba(${n}, ${t}, ${e}, ${r})`}function M(n,t,e){let[r,s,a]=n.map((i,o)=>Math.round(i+e*(t[o]-i)));return[r,s,a]}function B(n){return Z(n,4)}function Z(n,t){if(n==null)return"–";if(n===0)return"0";let e=n<0?"−":"",[r,s]=Math.abs(n).toExponential(t-1).split("e"),a=Number(s);if(a<-4||a>4)return`${e}${Number(r)} × 10${tt(a)}`;let[i,o]=String(+`${r}e${s}`).split(".");return`${e}${T(Number(i))}${o?`.${o}`:""}`}function T(n){return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g,",")}function I(n,t){return Number(n.toPrecision(t))}function tt(n){return String(n).replace("-","⁻").replace(/\d/g,t=>"⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(t)])}var v=class{canvas;context;observer;width=0;height=0;ratio=0;constructor(t,e){this.canvas=t,this.context=b(t),this.observer=new ResizeObserver(([r])=>{this.#t(r.contentRect)&&e()}),t.parentElement&&this.observer.observe(t.parentElement),this.#t(t.getBoundingClientRect())}#t(t){let e=window.devicePixelRatio||1,{canvas:r}=this,s=Math.floor(t.width*e),a=Math.floor(t.height*e),i=s!==r.width||a!==r.height||e!==this.ratio;return i&&Object.assign(r,{width:s,height:a}),Object.assign(r.style,{width:`${s/e}px`,height:`${a/e}px`}),Object.assign(this,{width:s/e,height:a/e,ratio:e}),i}begin(){return this.context.setTransform(this.ratio,0,0,this.ratio,0,0),this.context.clearRect(0,0,this.width,this.height),this.context}layer(){let t=document.createElement("canvas");Object.assign(t,{width:this.canvas.width,height:this.canvas.height});let e=b(t);return e.setTransform(this.ratio,0,0,this.ratio,0,0),{canvas:t,context:e}}put(t){this.context.drawImage(t,0,0,this.width,this.height)}stop(){this.observer.disconnect()}};var et={F64:Float64Array,F32:Float32Array,I32:Int32Array,I16:Int16Array,U8:Uint8Array};function O(n){let t=new DataView(n.buffer,n.byteOffset,n.byteLength),e=8+Number(t.getBigUint64(0,!0)),r=JSON.parse(new TextDecoder().decode(n.subarray(8,e))),{__metadata__:s,...a}=r,i={};for(let[o,{dtype:d,shape:l,data_offsets:[p,g]}]of Object.entries(a))i[o]={shape:l,values:new et[d](n.slice(e+p,e+g).buffer)};return{arrays:i,meta:JSON.parse(s?.json??"{}")}}function F(n,t){if(n===t)return!0;if(!n||!t||n.length!==t.length)return!1;for(let e=0;e<n.length;e+=1)if(n[e]!==t[e])return!1;return!0}function u(n,t){let e=n.querySelector(t);if(!e)throw new Error(`The markup lacks ${t}.`);return e}function A(n,t,e){let r=String(e);n.dataset[t]!==r&&(n.dataset[t]=r)}var rt=84,nt=40,st=14,h={left:54,bottom:38,top:4,right:4};function _(n,t){let e=t.dark?[[255,150,50],[120,125,135],[94,178,255]]:[[214,94,0],[150,155,165],[0,92,175]];return n<.5?M(e[0],e[1],2*n):M(e[1],e[2],2*n-1)}function f(n,t){return Math.min(t-1,Math.max(0,Math.floor(n*t)))}function it(n,t,e,r,s){let a=new Map;for(let i=0;i<e.length;i+=1){let o=f(t[i],s)*r+f(n[i],r),d=a.get(o);d?(d.count+=1,e[i]<e[d.index]&&(d.index=i)):a.set(o,{index:i,count:1})}return a}function U(n,t){if(n.choices.length)return n.choices[f(t,n.choices.length)];let e=n.log?n.low*(n.high/n.low)**t:n.low+(n.high-n.low)*t;return n.whole?T(e):B(I(e,2))}var w=class{root;canvas;words;sheet;theme;report;bytes=null;study=null;chosen=null;pointed=null;columns=0;rows=0;side=0;tall=0;cells=new Map;constructor(t){this.root=u(t,".bdsg"),this.canvas=u(t,"canvas.cells"),this.words=u(t,".mosaic-words"),this.sheet=new v(this.canvas,()=>this.redraw()),this.canvas.addEventListener("pointermove",e=>this.#r(this.#i(e))),this.canvas.addEventListener("pointerleave",()=>this.#r(null)),this.canvas.addEventListener("click",e=>this.#a(this.#i(e))),this.canvas.addEventListener("keydown",e=>this.#c(e))}receive(t,{setStateValue:e}){if(this.theme=H(this.root),this.report=e,t?.length&&!F(t,this.bytes)){this.bytes=t;let{arrays:r,meta:s}=O(t);this.study={arrays:r,meta:s},this.pointed=null,this.chosen??=s.chosen}this.redraw()}get#t(){let{study:t,theme:e}=this;if(!t||!e)throw new Error("Nothing is shown yet.");return{...t,theme:e}}#o(){let{x:t,y:e}=this.#t.meta,{width:r}=this.sheet,s=r-h.left-h.right;this.columns=t.steps||Math.min(st,Math.max(4,Math.floor(s/rt))),this.side=s/this.columns,this.tall=Math.max(nt,this.side*Math.min(1,Math.max(.6,this.#t.meta.aspect))),this.rows=e.steps||Math.min(this.columns,Math.max(4,Math.floor(620/this.tall)));let a=`${Math.ceil(this.rows*this.tall+h.top+h.bottom)}px`,i=this.canvas.parentElement;i&&i.style.height!==a&&(i.style.height=a);let{x:o,y:d,rank:l}=this.#t.arrays;this.cells=it(o.values,d.values,l.values,this.columns,this.rows)}redraw(){let{study:t,theme:e}=this;if(!t||!e||!this.sheet.width)return;this.#o();let r=this.sheet.begin();this.#p(r);for(let[a,i]of this.cells)this.#l(r,a,i);this.#s(r,this.#e(this.chosen),c(this.#t.theme.text,.95),2),this.#s(r,this.pointed,c(this.#t.theme.primary,1),2),this.#h();let{title:s}=this.#t.meta;this.canvas.setAttribute("aria-label",`${this.#t.meta.trials} trials over ${this.#t.meta.x.title} and ${this.#t.meta.y.title}, coloured by ${s}. Arrow keys move, Enter chooses.`),this.#u(),A(this.root,"cells",this.cells.size),A(this.root,"trials",this.#t.meta.trials)}#n(t){let e=Math.floor(t/this.columns),r=t%this.columns;return[h.left+r*this.side,h.top+(this.rows-1-e)*this.tall]}#l(t,e,{index:r,count:s}){let[a,i]=this.#n(e),{side:o,tall:d}=this,l=o>60?2:1;t.fillStyle=c(this.#t.theme.text,.045),t.fillRect(a+l,i+l,o-2*l,d-2*l);let p=2*l+1,g=this.#t.meta.zoom*Math.min((o-2*p)/(2*32767),(d-2*p)/(2*32767*this.#t.meta.aspect)),k=o/2-l,V=d/2-l,E=a+o/2,S=i+d/2-(o<62?0:4),{aspect:G}=this.#t.meta,z=(m,y)=>[E+g*m,S-g*G*y];this.#d(t,z);let{values:C,shape:L}=this.#t.arrays.points,x=o>70?1.7:1.3,W=this.#t.arrays.share.values[r];t.fillStyle=c(_(W,this.#t.theme),.9);let K=o>55?1:2;for(let m=0;m<L[1];m+=K){let y=2*(r*L[1]+m),[P,R]=z(C[y],C[y+1]);Math.abs(P-E)<k&&Math.abs(R-S)<V&&t.fillRect(P-x/2,R-x/2,x,x)}o<62||(t.fillStyle=c(this.#t.theme.text,.85),t.font=`${o>90?12:11}px ${this.#t.theme.font}`,t.textAlign="right",t.textBaseline="bottom",t.fillText(this.#t.meta.values[r],a+o-l-3,i+d-l-1),s>1&&(t.textAlign="left",t.fillStyle=c(this.#t.theme.text,.5),t.fillText(`${s}`,a+l+3,i+d-l-1)))}#d(t,e){let{values:r}=this.#t.arrays.contour,s=this.#t.arrays.ends.values;t.strokeStyle=c(this.#t.theme.text,.35),t.lineWidth=1,t.beginPath();for(let a=0,i=0;a<s.length;i=s[a],a+=1)for(let o=i;o<s[a];o+=1){let[d,l]=e(r[2*o],r[2*o+1]);o===i?t.moveTo(d,l):t.lineTo(d,l)}t.stroke()}#p(t){let{columns:e,rows:r,side:s,tall:a}=this,{meta:i}=this.#t,o=h.top+r*a;t.fillStyle=c(this.#t.theme.text,.75),t.font=`12px ${this.#t.theme.font}`;let d=Math.ceil(46/s);t.textAlign="center",t.textBaseline="top";for(let l=0;l<e;l+=d){let p=i.x.steps>1&&!i.x.choices.length?l/(e-1):(l+.5)/e;t.fillText(U(i.x,p),h.left+(l+.5)*s,o+4,Math.max(44,d*s-2))}t.font=`600 12px ${this.#t.theme.font}`,t.fillText(i.x.title,h.left+e*s/2,o+20),t.font=`12px ${this.#t.theme.font}`,t.textAlign="right",t.textBaseline="middle";for(let l=0;l<r;l+=1){let p=i.y.steps>1&&!i.y.choices.length?l/(r-1):(l+.5)/r;t.fillText(U(i.y,p),h.left-4,o-(l+.5)*a,h.left-22)}t.save(),t.translate(9,o-r*a/2),t.rotate(-Math.PI/2),t.textAlign="center",t.font=`600 12px ${this.#t.theme.font}`,t.fillText(i.y.title,0,0,r*a),t.restore()}#s(t,e,r,s){if(e==null)return;let[a,i]=this.#n(e);t.strokeStyle=r,t.lineWidth=s,t.strokeRect(a+1,i+1,this.side-2,this.tall-2)}#h(){let t=b(u(this.root,"canvas.ramp"));for(let e=0;e<128;e+=1)t.fillStyle=c(_(e/127,this.#t.theme),1),t.fillRect(e,0,1,1);u(this.root,".low").textContent=this.#t.meta.scale[0],u(this.root,".high").textContent=this.#t.meta.scale[1]}#i(t){let e=this.canvas.getBoundingClientRect(),r=Math.floor((t.clientX-e.left-h.left)/this.side),s=this.rows-1-Math.floor((t.clientY-e.top-h.top)/this.tall),a=s*this.columns+r;return r>=0&&r<this.columns&&s>=0&&s<this.rows&&this.cells.has(a)?a:null}#e(t){let e=this.#t.arrays.number.values.indexOf(t??-1);return e<0?null:f(this.#t.arrays.y.values[e],this.rows)*this.columns+f(this.#t.arrays.x.values[e],this.columns)}#r(t){t!==this.pointed&&(this.pointed=t,this.canvas.style.cursor=t===null?"default":"pointer",this.redraw())}#a(t){if(t==null)return;let e=this.cells.get(t);e&&(this.chosen=this.#t.arrays.number.values[e.index],this.redraw(),this.report?.("trial",this.chosen))}#c(t){let e={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,1],ArrowDown:[0,-1]},r=e[t.key];if(t.key==="Enter"||t.key===" ")this.#a(this.pointed);else if(r)this.#g(...r);else return;t.preventDefault()}#g(t,e){let r=this.pointed??this.#e(this.chosen)??[...this.cells.keys()][0];if(r===void 0)return;let s=Math.floor(r/this.columns),a=r%this.columns,i=d=>{let l=d%this.columns-a,p=Math.floor(d/this.columns)-s,g=l*t+p*e,k=Math.abs(l*e)+Math.abs(p*t);return g>0?g+3*k:1/0},o=[...this.cells.keys()].reduce((d,l)=>i(l)<i(d)?l:d,r);i(o)<1/0&&this.#r(o)}#u(){let t=this.pointed??this.#e(this.chosen),e=t==null?null:this.cells.get(t),r=e?this.#t.meta.words[e.index]+(e.count>1?` · best of ${e.count} here`:""):this.#t.meta.hint;this.words.textContent!==r&&(this.words.textContent=r)}stop(){this.sheet.stop()}};var j=`<section class="bdsg mosaic" aria-label="Small multiples of the study's trials">
  <div class="mosaic-scale" aria-hidden="true"><span class="low"></span><canvas class="ramp" width="128" height="1"></canvas><span class="high"></span></div>
  <div class="mosaic-plane"><canvas class="cells" tabindex="0" role="img"></canvas></div>
  <p class="mosaic-words" role="status" aria-live="polite"></p>
</section>
`;var Rt=N(j,$,n=>new w(n));export{Rt as default};
