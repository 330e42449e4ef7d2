var z=`/* All components.  Colours come from Streamlit's theme; the layers' shades (--bdsg-...) are set by theme.ts. */

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
`;function P(r,t,e){let n=new WeakMap,s={};return function(o){let{data:l,parentElement:i}=o,d=n.get(i);return d?.root.isConnected||(d?.stop(),W(i,r,t),d=e(i,s),n.set(i,d)),d.receive(l instanceof Uint8Array?l:null,o),()=>{n.get(i)?.stop(),n.delete(i)}}}function W(r,t,e){for(let a of Array.from(r.children))a.matches(".bdsg, style.bdsg-style")&&a.remove();let n=document.createElement("style");n.className="bdsg-style",n.textContent=e;let s=document.createElement("template");s.innerHTML=t,r.append(n,s.content)}var K={light:{data:[203,50,58],model:[0,138,96],boundary:[0,92,175],hit:[0,128,138],miss:[222,108,0],lost:[150,60,150],heat:[178,170,205]},dark:{data:[255,122,112],model:[66,206,152],boundary:[94,178,255],hit:[60,196,200],miss:[255,166,66],lost:[218,140,226],heat:[84,77,122]}};function R(r){let t=getComputedStyle(r),e=(o,l)=>q(t.getPropertyValue(o).trim()||l),n=e("--st-background-color","#ffffff"),s=Y(n)<.4,a=K[s?"dark":"light"];for(let[o,l]of Object.entries(a))r.style.setProperty(`--bdsg-${o}`,g(l,1));return r.style.colorScheme=s?"dark":"light",{...a,dark:s,background:n,font:t.fontFamily||"sans-serif",text:e("--st-text-color",s?"#fafafa":"#31333f"),primary:e("--st-primary-color","#ff4b4b")}}function f(r,t){let e=r.getContext("2d",t);if(!e)throw new Error("This browser draws on no canvas.");return e}function q(r){let t=f(document.createElement("canvas"),{willReadFrequently:!0});t.fillStyle=r,t.fillRect(0,0,1,1);let[e,n,s]=t.getImageData(0,0,1,1).data;return[e,n,s]}function Y([r,t,e]){return(.2126*r+.7152*t+.0722*e)/255}function g([r,t,e],n){return`rgba(${r}, ${t}, ${e}, ${n})`}function T(r,t,e){let[n,s,a]=r.map((o,l)=>Math.round(o+e*(t[l]-o)));return[n,s,a]}function N(r){return J(r,4)}function J(r,t){if(r==null)return"–";if(r===0)return"0";let e=r<0?"−":"",[n,s]=Math.abs(r).toExponential(t-1).split("e"),a=Number(s);if(a<-4||a>4)return`${e}${Number(n)} × 10${X(a)}`;let[o,l]=String(+`${n}e${s}`).split(".");return`${e}${A(Number(o))}${l?`.${l}`:""}`}function A(r){return String(Math.round(r)).replace(/\B(?=(\d{3})+$)/g,",")}function $(r,t){return Number(r.toPrecision(t))}function X(r){return String(r).replace("-","⁻").replace(/\d/g,t=>"⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(t)])}var w=class{canvas;context;observer;width=0;height=0;ratio=0;constructor(t,e){this.canvas=t,this.context=f(t),this.observer=new ResizeObserver(([n])=>{this.#t(n.contentRect)&&e()}),t.parentElement&&this.observer.observe(t.parentElement),this.#t(t.getBoundingClientRect())}#t(t){let e=window.devicePixelRatio||1,{canvas:n}=this,s=Math.floor(t.width*e),a=Math.floor(t.height*e),o=s!==n.width||a!==n.height||e!==this.ratio;return o&&Object.assign(n,{width:s,height:a}),Object.assign(n.style,{width:`${s/e}px`,height:`${a/e}px`}),Object.assign(this,{width:s/e,height:a/e,ratio:e}),o}begin(){return this.context.setTransform(this.ratio,0,0,this.ratio,0,0),this.context.clearRect(0,0,this.width,this.height),this.context}layer(){let t=document.createElement("canvas");Object.assign(t,{width:this.canvas.width,height:this.canvas.height});let e=f(t);return e.setTransform(this.ratio,0,0,this.ratio,0,0),{canvas:t,context:e}}put(t){this.context.drawImage(t,0,0,this.width,this.height)}stop(){this.observer.disconnect()}};var Q={F64:Float64Array,F32:Float32Array,I32:Int32Array,I16:Int16Array,U8:Uint8Array};function O(r){let t=new DataView(r.buffer,r.byteOffset,r.byteLength),e=8+Number(t.getBigUint64(0,!0)),n=JSON.parse(new TextDecoder().decode(r.subarray(8,e))),{__metadata__:s,...a}=n,o={};for(let[l,{dtype:i,shape:d,data_offsets:[p,u]}]of Object.entries(a))o[l]={shape:d,values:new Q[i](r.slice(e+p,e+u).buffer)};return{arrays:o,meta:JSON.parse(s?.json??"{}")}}function H(r,t){if(r===t)return!0;if(!r||!t||r.length!==t.length)return!1;for(let e=0;e<r.length;e+=1)if(r[e]!==t[e])return!1;return!0}function k(r,t){let e=t.dark?[[255,150,50],[120,125,135],[94,178,255]]:[[214,94,0],[150,155,165],[0,92,175]];return r<.5?T(e[0],e[1],2*r):T(e[1],e[2],2*r-1)}function x(r,t){return Math.min(t-1,Math.max(0,Math.floor(r*t)))}function I(r,t,e,n,s){let a=new Map;for(let o=0;o<e.length;o+=1){let l=x(t[o],s)*n+x(r[o],n),i=a.get(l);i?(i.count+=1,e[o]<e[i.index]&&(i.index=o)):a.set(l,{index:o,count:1})}return a}function S(r,t){if(r.choices.length)return r.choices[x(t,r.choices.length)];let e=r.log?r.low*(r.high/r.low)**t:r.low+(r.high-r.low)*t;return r.whole?A(e):N($(e,2))}var h={left:54,bottom:38,top:4,right:4},B=62;function D(r,t,e){return r.steps>1&&!r.choices.length?t/(e-1):(t+.5)/e}function _(r,{columns:t,rows:e,side:n,tall:s},a){let{meta:o,theme:l}=a,i=h.top+e*s,d=Math.ceil(46/n),p=`12px ${l.font}`,u=`600 ${p}`;Object.assign(r,{fillStyle:g(l.text,.75),font:p,textAlign:"center",textBaseline:"top"});for(let c=0;c<t;c+=d){let b=S(o.x,D(o.x,c,t));r.fillText(b,h.left+(c+.5)*n,i+4,Math.max(44,d*n-2))}r.font=u,r.fillText(o.x.title,h.left+t*n/2,i+20),Object.assign(r,{font:p,textAlign:"right",textBaseline:"middle"});for(let c=0;c<e;c+=1){let b=S(o.y,D(o.y,c,e));r.fillText(b,h.left-4,i-(c+.5)*s,h.left-22)}r.save(),r.translate(9,i-e*s/2),r.rotate(-Math.PI/2),Object.assign(r,{textAlign:"center",font:u}),r.fillText(o.y.title,0,0,e*s),r.restore()}function F(r,[t,e],n,{side:s,tall:a},o){let{meta:l,arrays:i,theme:d}=o,p=s>60?2:1;r.fillStyle=g(d.text,.045),r.fillRect(t+p,e+p,s-2*p,a-2*p);let u=2*(2*p+1),c=l.zoom*Math.min(s-u,(a-u)/l.aspect)/(2*32767),b=[t+s/2,e+a/2-(s<B?0:4)],y=(j,G)=>[b[0]+c*j,b[1]-c*l.aspect*G];et(r,y,o);let v=i.share.values[n.index];if(r.fillStyle=g(k(v,d),.9),tt(r,y,n.index,[b[0],b[1],s/2-p,a/2-p],o),s<B)return;let C=`${s>90?12:11}px ${d.font}`,L=e+a-p-1;Object.assign(r,{fillStyle:g(d.text,.85),font:C,textAlign:"right",textBaseline:"bottom"}),r.fillText(l.values[n.index],t+s-p-3,L),n.count!==1&&(Object.assign(r,{textAlign:"left",fillStyle:g(d.text,.5)}),r.fillText(`${n.count}`,t+p+3,L))}function tt(r,t,e,[n,s,a,o],{arrays:l}){let{values:i,shape:d}=l.points,p=a>33?1.7:1.3,u=a>26.5?1:2;for(let c=0;c<d[1];c+=u){let b=2*(e*d[1]+c),[y,v]=t(i[b],i[b+1]);Math.abs(y-n)<a&&Math.abs(v-s)<o&&r.fillRect(y-p/2,v-p/2,p,p)}}function et(r,t,{arrays:e,theme:n}){let{values:s}=e.contour,a=e.ends.values;r.strokeStyle=g(n.text,.35),r.lineWidth=1,r.beginPath();for(let o=0,l=0;o<a.length;l=a[o],o+=1)for(let i=l;i<a[o];i+=1){let[d,p]=t(s[2*i],s[2*i+1]);i===l?r.moveTo(d,p):r.lineTo(d,p)}r.stroke()}function m(r,t){let e=r.querySelector(t);if(!e)throw new Error(`The markup lacks ${t}.`);return e}function E(r,t,e){let n=String(e);r.dataset[t]!==n&&(r.dataset[t]=n)}var rt=84,nt=40,st=14,M=class{root;canvas;words;sheet;theme;report;bytes=null;study=null;chosen=null;pointed=null;columns=0;rows=0;side=0;tall=0;cells=new Map;constructor(t){this.root=m(t,".bdsg"),this.canvas=m(t,"canvas.cells"),this.words=m(t,".mosaic-words"),this.sheet=new w(this.canvas,()=>this.redraw()),this.canvas.addEventListener("pointermove",e=>this.#r(this.#o(e))),this.canvas.addEventListener("pointerleave",()=>this.#r(null)),this.canvas.addEventListener("click",e=>this.#a(this.#o(e))),this.canvas.addEventListener("keydown",e=>this.#d(e))}receive(t,{setStateValue:e}){if(this.theme=R(this.root),this.report=e,t?.length&&!H(t,this.bytes)){this.bytes=t;let{arrays:n,meta:s}=O(t);this.study={arrays:n,meta:s},this.pointed=null,this.chosen??=s.chosen}this.redraw()}get#t(){let{study:t,theme:e}=this;if(!t||!e)throw new Error("Nothing is shown yet.");return{...t,theme:e}}#i(){let{x:t,y:e}=this.#t.meta,{width:n}=this.sheet,s=n-h.left-h.right;this.columns=t.steps||Math.min(st,Math.max(4,Math.floor(s/rt))),this.side=s/this.columns,this.tall=Math.max(nt,this.side*Math.min(1,Math.max(.6,this.#t.meta.aspect))),this.rows=e.steps||Math.min(this.columns,Math.max(4,Math.floor(620/this.tall)));let a=`${Math.ceil(this.rows*this.tall+h.top+h.bottom)}px`,o=this.canvas.parentElement;o&&o.style.height!==a&&(o.style.height=a);let{x:l,y:i,rank:d}=this.#t.arrays;this.cells=I(l.values,i.values,d.values,this.columns,this.rows)}redraw(){let{study:t,theme:e}=this;if(!t||!e||!this.sheet.width)return;let n={...t,theme:e};this.#i();let s=this.sheet.begin();_(s,this,n);for(let[d,p]of this.cells)F(s,this.#n(d),p,this,n);this.#s(s,this.#e(this.chosen),g(e.text,.95),2),this.#s(s,this.pointed,g(e.primary,1),2),this.#l();let{title:a,trials:o,x:l,y:i}=t.meta;this.canvas.setAttribute("aria-label",`${o} trials over ${l.title} and ${i.title}, coloured by ${a}. Arrow keys move, Enter chooses.`),this.#c(),E(this.root,"cells",this.cells.size),E(this.root,"trials",o)}#n(t){let e=Math.floor(t/this.columns),n=t%this.columns;return[h.left+n*this.side,h.top+(this.rows-1-e)*this.tall]}#s(t,e,n,s){if(e==null)return;let[a,o]=this.#n(e);t.strokeStyle=n,t.lineWidth=s,t.strokeRect(a+1,o+1,this.side-2,this.tall-2)}#l(){let t=f(m(this.root,"canvas.ramp"));for(let e=0;e<128;e+=1)t.fillStyle=g(k(e/127,this.#t.theme),1),t.fillRect(e,0,1,1);m(this.root,".low").textContent=this.#t.meta.scale[0],m(this.root,".high").textContent=this.#t.meta.scale[1]}#o(t){let e=this.canvas.getBoundingClientRect(),n=Math.floor((t.clientX-e.left-h.left)/this.side),s=this.rows-1-Math.floor((t.clientY-e.top-h.top)/this.tall),a=s*this.columns+n;return n>=0&&n<this.columns&&s>=0&&s<this.rows&&this.cells.has(a)?a:null}#e(t){let e=this.#t.arrays.number.values.indexOf(t??-1);return e<0?null:x(this.#t.arrays.y.values[e],this.rows)*this.columns+x(this.#t.arrays.x.values[e],this.columns)}#r(t){t!==this.pointed&&(this.pointed=t,this.canvas.style.cursor=t===null?"default":"pointer",this.redraw())}#a(t){if(t==null)return;let e=this.cells.get(t);e&&(this.chosen=this.#t.arrays.number.values[e.index],this.redraw(),this.report?.("trial",this.chosen))}#d(t){let n={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,1],ArrowDown:[0,-1]}[t.key];if(t.key==="Enter"||t.key===" ")this.#a(this.pointed);else if(n)this.#p(...n);else return;t.preventDefault()}#p(t,e){let n=this.pointed??this.#e(this.chosen)??[...this.cells.keys()][0];if(n===void 0)return;let s=Math.floor(n/this.columns),a=n%this.columns,o=i=>{let d=i%this.columns-a,p=Math.floor(i/this.columns)-s,u=d*t+p*e,c=Math.abs(d*e)+Math.abs(p*t);return u>0?u+3*c:1/0},l=[...this.cells.keys()].reduce((i,d)=>o(d)<o(i)?d:i,n);o(l)<1/0&&this.#r(l)}#c(){let t=this.pointed??this.#e(this.chosen),e=t==null?null:this.cells.get(t),n=e?this.#t.meta.words[e.index]+(e.count>1?` · best of ${e.count} here`:""):this.#t.meta.hint;this.words.textContent!==n&&(this.words.textContent=n)}stop(){this.sheet.stop()}};var U=`<section class="bdsg mosaic" aria-label="Small multiples of the study's trials">
  <div class="mosaic-scale" aria-hidden="true"><span class="low"></span><canvas class="ramp" width="128" height="1"></canvas><span class="high"></span></div>
  <div class="mosaic-plane"><canvas class="cells" tabindex="0" role="img"></canvas></div>
  <p class="mosaic-words" role="status" aria-live="polite"></p>
</section>
`;var Bt=P(U,z,r=>new M(r));export{Bt as default};
