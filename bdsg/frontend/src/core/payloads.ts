// Written by `python -m bdsg.app.components.browser_types`: what the server sends.

export interface Tensor<T> {
  shape: number[];
  values: T;
}

export interface Units {
  names: string[];
  shift: number[];
  scale: number[];
}

export interface Change {
  step: number;
  lambda1?: number;
  lambda2?: number;
  learning_rate?: number;
}

export interface Contour {
  name: string;
  lines: number[][];
}

export interface ArrowScale {
  least: number;
  decades: number;
}

export interface Playback {
  title: string;
  caption: string;
  about: string;
  stands_in: boolean;
  total_steps: number;
  live: boolean;
  autoplay: boolean;
  loop: boolean;
  compact: boolean;
  still: boolean;
  addressed: boolean;
  cue: string;
  ringed: boolean;
  says: string;
}

export interface PlaneMeta extends Playback {
  kind: "full";
  run: string;
  first: number;
  low: [number, number];
  high: [number, number];
  contours: Contour[];
  epsilon: number;
  units: Units | null;
}

export interface Marks {
  changes: Change[];
  arrows: ArrowScale;
}

export interface PlayerMeta extends PlaneMeta, Marks {
  weights: Record<string, number>;
}

export interface DeltaMeta extends Marks {
  kind: "delta";
  run: string;
  first: number;
  live: boolean;
}

export interface SnapshotArrays {
  frames: Tensor<Int16Array>;
  steps: Tensor<Int32Array>;
  terms: Tensor<Float32Array>;
  forces?: Tensor<Int16Array>;
}

export interface PlayerArrays extends SnapshotArrays {
  heat: Tensor<Uint8Array>;
  model_heat?: Tensor<Uint8Array>;
  data: Tensor<Float32Array>;
  model_samples?: Tensor<Float32Array>;
  warp?: Tensor<Float32Array>;
  latent?: Tensor<Float32Array>;
  own?: Tensor<Float32Array>;
  log_p_x?: Tensor<Float32Array>;
  log_p_g?: Tensor<Float32Array>;
}

export interface BaselineMeta extends PlaneMeta {
  appears: number;
}

export interface BaselineArrays extends SnapshotArrays {
  data: Tensor<Float32Array>;
  maps: Tensor<Uint8Array>;
  map_frames: Tensor<Int32Array>;
}

export interface Trained {
  epsilon: number;
  low: [number, number];
  high: [number, number];
  nodes: number;
}

export interface EvaluationMeta {
  run: string;
  epsilon: number;
  epsilon_low: number;
  epsilon_high: number;
  delta_ratio: number;
  low: [number, number];
  high: [number, number];
  units: Units | null;
  about: string;
  stands_in: boolean;
  exact: boolean;
  trained: Trained;
}

export interface EvaluationArrays {
  log_p_x: Tensor<Float32Array>;
  log_p_g: Tensor<Float32Array>;
  boundary: Tensor<Float32Array>;
  boundary_log_p_x: Tensor<Float32Array>;
  data: Tensor<Float32Array>;
  ray_points: Tensor<Float32Array>;
  ray_log_p_g: Tensor<Float32Array>;
  ray_index: Tensor<Int32Array>;
  grid_x: Tensor<Float64Array>;
  grid_y: Tensor<Float64Array>;
  field_x: Tensor<Float64Array>;
  field_y: Tensor<Float64Array>;
  field: Tensor<Float32Array>;
  known_log_p_x: Tensor<Float32Array>;
  own?: Tensor<Float32Array>;
  own_log_p_x?: Tensor<Float32Array>;
  boundary_latent?: Tensor<Float32Array>;
  mixture_log_scales?: Tensor<Float64Array>;
  mixture_means?: Tensor<Float64Array>;
  mixture_whiteners?: Tensor<Float64Array>;
}

export interface Mode {
  weight: number;
  x: number;
  y: number;
  long: number;
  short: number;
  angle: number;
}

export interface PointLimits {
  least: number;
  most: number;
}

export interface EditorLimits {
  modes: number;
  weight: [number, number];
  finest: number;
  widest: number;
  points: PointLimits;
}

export interface EditorMeta {
  modes: Mode[];
  epsilon: number;
  limits: EditorLimits;
  edit: string | null;
  painting: boolean;
  answered: string | null;
}

export interface PlayObjective {
  hidden: number[];
  steps: number;
  batch_size: number;
  learning_rate: number;
  lambda1: number;
  lambda2: number;
}

export interface PlayPreset {
  name: string;
  title: string;
  teaches: string;
  epsilon: number;
  modes: Mode[];
}

export interface PlayStart extends PlayObjective {
  preset: string | null;
  modes: Mode[];
  objective: "paper" | "ours";
  epsilon: number;
  samples: number;
  seed: number;
}

export interface PlayMeta {
  presets: PlayPreset[];
  objectives: Record<string, PlayObjective>;
  start: PlayStart;
  units: Units | null;
  limits: EditorLimits;
}
