// Keeps axe-core, with its licence, where the tests of pages find it on a clean
// checkout. The file is written only when what is packed in it changes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const axe = dirname(createRequire(import.meta.url).resolve("axe-core/package.json"));
const to = join(here, "../internal/platform/ui/uitest/testdata");
const source = readFileSync(join(axe, "axe.min.js"));
const packed = join(to, "axe.min.js.gz");
if (!existsSync(packed) || !gunzipSync(readFileSync(packed)).equals(source)) writeFileSync(packed, gzipSync(source, { level: 9 }));
writeFileSync(join(to, "axe.LICENSE"), readFileSync(join(axe, "LICENSE")));
