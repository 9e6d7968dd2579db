// Builds scripts/ into internal/platform/ui/assets. The entry keeps its name, the Go
// side puts a fingerprint into its address; what it loads later carries one already.
import { build } from "esbuild";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../internal/platform/ui/assets");
for (const file of readdirSync(out)) if (/\.js$|-[A-Z0-9]{8}\./.test(file)) rmSync(join(out, file));

// "x?address" is the address of a file that is served as it is.
const addresses = {
  name: "address",
  setup(b) {
    b.onResolve({ filter: /\?address$/ }, async ({ path, resolveDir }) => {
      const found = await b.resolve(path.replace("?address", ""), { resolveDir, kind: "import-statement" });
      return { path: relative(here, found.path), namespace: "address" }; // no folder of this machine goes into a name
    });
    b.onLoad({ filter: /.*/, namespace: "address" }, ({ path }) => ({ contents: readFileSync(join(here, path)), loader: "file" }));
  },
};

await build({
  absWorkingDir: here,
  entryPoints: ["scripts/gongyi.js"],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  preserveSymlinks: true,
  target: ["chrome87", "firefox90", "safari14.1"],
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  legalComments: "eof",
  outExtension: { ".js": ".js" },
  plugins: [addresses],
  logLevel: "warning",
});

// The service worker is one file at the root of the site, not a module.
await build({
  absWorkingDir: here,
  entryPoints: ["scripts/sw.js"],
  outdir: out,
  bundle: true,
  format: "iife",
  minify: true,
  preserveSymlinks: true,
  target: ["chrome87", "firefox90", "safari14.1"],
  logLevel: "warning",
});
