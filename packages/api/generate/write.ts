import { writeFileSync } from "node:fs";

import { SCOPE_MODULE, scopeModule } from "./scope-module.ts";

/**
 * `npm run generate`: everything that follows from what the contexts say of themselves. Scopes come first,
 * for routes and contracts are made of them as they are loaded.
 */
writeFileSync(SCOPE_MODULE, scopeModule());
const { writtenFiles } = await import("./written.ts");
for (const { file, text } of await writtenFiles()) writeFileSync(file, text);
