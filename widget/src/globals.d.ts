declare module "kilde:strings" {
  const tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  export default tables;
}

declare module "*.css" {
  const text: string;
  export default text;
}
