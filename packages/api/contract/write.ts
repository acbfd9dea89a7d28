import { writeFileSync } from "node:fs";

import { CHAPTERS, PROBLEMS } from "./chapters.ts";
import { buildDocument } from "./document.ts";
import { readGoldens } from "./golden.ts";

/** `npm run build:openapi` */
const document = buildDocument(CHAPTERS, PROBLEMS, readGoldens());
const file = new URL("../openapi.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
