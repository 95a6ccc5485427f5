/**
 * How do the scripts get into the Python package?
 *
 * Every `src/*.js` is an entry and becomes `static/app/<name>.js`; what entries share becomes a
 * chunk beside them. Libraries are bundled, except MapLibre: it starts its worker from a file
 * beside itself, so it is copied whole into `static/vendor/maplibre-gl-<version>/`, a folder whose
 * name changes with the version and whose file names never do.
 */
import { context, build } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const pages = join(here, "../src/linli/web/static");
const watching = process.argv.includes("--watch");

const MAPLIBRE_FILES = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs"];

/** Copy MapLibre beside the pages and return its folder's name. */
function copyMapLibre() {
  const from = join(here, "node_modules/maplibre-gl");
  const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const folder = `maplibre-gl-${version}`;
  const to = join(pages, "vendor", folder);
  mkdirSync(to, { recursive: true });
  for (const file of MAPLIBRE_FILES) cpSync(join(from, "dist", file), join(to, file));
  cpSync(join(from, "LICENSE.txt"), join(to, "LICENSE.txt"));
  return folder;
}

/**
 * Leave `import ... from "maplibre-gl"` in the page's script, pointed at the copy.
 * @param {string} folder
 * @returns {import("esbuild").Plugin}
 */
function mapLibreStandsBeside(folder) {
  return {
    name: "maplibre-stands-beside",
    setup(build) {
      build.onResolve({ filter: /^maplibre-gl$/ }, () => ({
        path: `../vendor/${folder}/maplibre-gl.mjs`,
        external: true,
      }));
    },
  };
}

function entries() {
  return readdirSync(join(here, "src"))
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(here, "src", name));
}

for (const folder of ["vendor", "app"]) rmSync(join(pages, folder), { recursive: true, force: true });

/** @type {import("esbuild").BuildOptions} */
const options = {
  entryPoints: entries(),
  outdir: join(pages, "app"),
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: !watching,
  legalComments: "linked",
  logLevel: "warning",
  plugins: [mapLibreStandsBeside(copyMapLibre())],
};

if (watching) {
  await (await context(options)).watch();
} else {
  await build(options);
}
