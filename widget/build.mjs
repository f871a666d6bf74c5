// Builds service/static/widget.js and its notices; with --check only compares them with what is committed.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { parse } from "smol-toml";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "../service/static");
const tables = join(here, "../service/data/strings");
const LANGUAGES = ["en", "da", "nb", "nn", "sv"];
const BUDGET_BYTES = 45_000;

/** `import tables from "kilde:strings"`: the [widget] and [languages] tables of the service, one source for both. */
const strings = {
  name: "strings",
  setup(builder) {
    builder.onResolve({ filter: /^kilde:strings$/ }, () => ({ path: "strings", namespace: "kilde" }));
    builder.onLoad({ filter: /.*/, namespace: "kilde" }, async () => {
      const found = {};
      for (const language of LANGUAGES) {
        const table = parse(await readFile(join(tables, `${language}.toml`), "utf8"));
        found[language] = { ...table.widget, languages: table.languages };
      }
      return { contents: JSON.stringify(found), loader: "json" };
    });
  },
};

/**
 * Style sheets become minified strings for constructable style sheets.
 *
 * A rem is the host page's, which may have made it small; ours is --unit (theme.css). In media queries it is the browser's.
 */
const styles = {
  name: "styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const written = await readFile(path, "utf8");
      const ours = written.replace(/^(?!@media|.*--unit:).*$/gm, (line) =>
        line.replace(/(-?[\d.]+)rem\b/g, "calc($1 * var(--unit))"),
      );
      const { code } = await transform(ours, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The licence texts of every package that is in the bundle. */
async function notices(inputs) {
  const names = new Set();
  for (const path of Object.keys(inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) names.add(found[1]);
  }
  const parts = ["Third-party software in widget.js\n"];
  for (const name of [...names].sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const text = await firstOf(["LICENSE", "LICENSE.md", "LICENSE-MIT"].map((file) => join(folder, file)));
    parts.push(`${"=".repeat(78)}\n${name} ${version} (${license})\n${"=".repeat(78)}\n\n${text.trim()}\n`);
  }
  return parts.join("\n");
}

async function firstOf(paths) {
  for (const path of paths) {
    try {
      return (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  throw new Error(`expected a licence text at one of ${paths.join(", ")}, found none`);
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  banner: { js: "/*! Kilde's chat widget, Apache-2.0. Third-party notices: /static/widget.notices.txt */" },
  plugins: [strings, styles],
  metafile: true,
  write: false,
});
const bundle = result.outputFiles[0].text;
const files = { "widget.js": bundle, "widget.notices.txt": await notices(result.metafile.inputs) };
const size = gzipSync(bundle, { level: 9 }).length;
console.log(`widget.js: ${bundle.length} characters, ${size} bytes gzipped of ${BUDGET_BYTES}`);
if (process.argv.includes("--sizes")) {
  const rows = Object.entries(Object.values(result.metafile.outputs)[0].inputs).map(([path, input]) => [
    input.bytesInOutput,
    path,
  ]);
  for (const [bytes, path] of rows.sort((a, b) => b[0] - a[0]).slice(0, 25)) console.log(bytes, path);
}
if (size > BUDGET_BYTES) throw new Error("the bundle is over its budget");

let different = 0;
for (const [name, text] of Object.entries(files)) {
  const path = join(output, name);
  if (!process.argv.includes("--check")) {
    await writeFile(path, text);
  } else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    console.error(`service/static/${name} is not what a fresh build gives: run \`make widget\` and commit the result`);
    different += 1;
  }
}
process.exitCode = different ? 1 : 0;
