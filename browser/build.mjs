// Makes the third-party files of the console from the locked packages:
// charts.js (Vega), htmx.js, and beside them what they are made of (VERSIONS.txt, LICENCES.txt).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = new URL("./", import.meta.url);
const VENDOR = new URL("../src/vaultmeter/console/static/vendor/", HERE);

const result = await build({
  absWorkingDir: fileURLToPath(HERE),
  entryPoints: ["charts.js"],
  outfile: fileURLToPath(new URL("charts.js", VENDOR)),
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "vaultmeterVega",
  target: "es2020",
  legalComments: "none",
  banner: { js: "/* Vega and D3, see VERSIONS.txt and LICENCES.txt */" },
  metafile: true,
});

const htmx = readFileSync(new URL("node_modules/htmx.org/dist/htmx.min.js", HERE));
writeFileSync(new URL("htmx.js", VENDOR), htmx);

// What tests look for faults with is not served: it lies with them.
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", HERE));
writeFileSync(new URL("../tests/console/axe.js", HERE), axe);

const packages = [...packagesOf(result.metafile), "htmx.org"].sort().map(described);
writeFileSync(new URL("VERSIONS.txt", VENDOR), packages.map((one) => `${one.name} ${one.version} ${one.licence}\n`).join(""));
writeFileSync(new URL("LICENCES.txt", VENDOR), packages.map((one) => `${one.name} ${one.version}\n\n${one.text}\n`).join(`\n${"-".repeat(80)}\n\n`));

for (const name of ["charts.js", "htmx.js"]) {
  const bytes = gzipSync(readFileSync(new URL(name, VENDOR)), { level: 9 }).length;
  console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB compressed`);
}

/** Names of the packages of which a byte is in the bundle. */
function packagesOf(metafile) {
  const [output] = Object.values(metafile.outputs);
  const paths = Object.entries(output.inputs).filter(([, input]) => input.bytesInOutput > 0).map(([path]) => path);
  const names = paths.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  return new Set(names.filter(Boolean));
}

/** Name, version, licence and the licence's text of an installed package. */
function described(name) {
  const folder = new URL(`node_modules/${name}/`, HERE);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder)));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file: look at its repository, then decide.`);
  return { name, version, licence: license, text: readFileSync(new URL(file, folder), "utf8").trim() };
}
