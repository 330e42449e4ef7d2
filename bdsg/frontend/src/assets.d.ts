// Files that the bundler puts in as texts.
declare module "*.html" {
  const text: string;
  export default text;
}
declare module "*.css" {
  const text: string;
  export default text;
}

// A worker's program, bundled by itself.
declare module "*.ts?program" {
  const text: string;
  export default text;
}
