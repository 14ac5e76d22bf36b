// Bundles the page into ../static; see README.md.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const out = "../static";
const withoutFonts = {
  name: "without-fonts",
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/@font-face\s*{[^}]*}/g, ""),
      loader: "css",
    }));
  },
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const result = await build({
  entryPoints: { page: "page.jsx", react: "react.js" },
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2020",
  outdir: out,
  chunkNames: "part-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  metafile: true,
  plugins: [withoutFonts],
});

const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
let text = "GraphiQL and what it is built from. Each part is under its own licence.\n";
for (const name of [...packages].sort()) {
  const folder = path.join("node_modules", name);
  const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
  const licence = file ? await readFile(path.join(folder, file), "utf8") : "";
  text += `\n${"=".repeat(80)}\n${name} ${about.version} (${about.license})\n\n${licence.trim()}\n`;
}
await writeFile(path.join(out, "LICENSES.txt"), text);
