import { ALL } from "./contexts.ts";
import type { DocsFiles } from "./docs-files.ts";

/** Where `npm run generate` writes what a context promises. */
export function openapiOf(folder: string) {
  return new URL(`../../${folder}/openapi.json`, import.meta.url);
}

/** As they lie in the source tree. */
export const SOURCES: DocsFiles = {
  documents: () => ALL.toReversed().map(({ folder }) => openapiOf(folder)),
  page: () => new URL(import.meta.resolve("@scalar/fastify-api-reference")),
};
