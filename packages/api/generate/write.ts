import { writeFileSync } from "node:fs";

import { writtenFiles } from "./written.ts";

/** `npm run generate`: everything that follows from what the contexts say of themselves. */
for (const { file, text } of await writtenFiles()) writeFileSync(file, text);
