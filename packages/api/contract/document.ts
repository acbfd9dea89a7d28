import type { Problems } from "@netcheck/kernel/contract";
import * as z from "zod";

import type { Described } from "./chapters.ts";
import { HEADERS, PARAMETERS, SECURITY_SCHEMES } from "./component.ts";
import type { Golden } from "./golden.ts";
import { describe } from "./operation.ts";
import { refusalOf } from "./refusal.ts";
import { headerRefs, type Json, openSchemas } from "./schema.ts";

const ABOUT = `Ask how a host looks from your sites, and get one answer per site.

Every refusal is a problem of RFC 9457. Its \`type\` ends in a code that never changes meaning: switch on
that. \`detail\` is for people; \`errors\` says which parts of the request to change. Answers may grow new
fields: ignore those you do not know. A method that a path does not take is 405 with \`Allow\`
(\`request.method_not_allowed\` among the responses). Lists are read page by page: send \`nextCursor\` as
\`cursor\` until it is null. Every answer carries \`x-request-id\`; send one of your own (8 to 128 of
\`A-Za-z0-9_.:-\`) to find it in our logs.`;

const Problem = z
  .object({
    type: z.string().describe("`/problems/` and the code."),
    title: z.string().describe("The kind of refusal, which fixes the status."),
    status: z.int(),
    detail: z.string().describe("What to change, for people."),
    errors: z
      .array(
        z.object({
          at: z.string().describe("Where, such as `json.location.country`."),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457." });

const INTERNAL = {
  description: "Our fault. The request id is all that we tell.",
  headers: headerRefs(["x-request-id"]),
  content: {
    "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
  },
};

/** The OpenAPI 3.1 document of all these routes. */
export function buildDocument(
  chapters: readonly Described[],
  problems: Problems,
  goldens: readonly Golden[],
) {
  const schemas = openSchemas();
  schemas.of(Problem);
  const wrong = ["request.method_not_allowed"];
  const wrongMethod = refusalOf(schemas, wrong, problems, () => undefined);
  const responses: Record<string, Json> = {
    internal: INTERNAL,
    [wrongMethod.name]: wrongMethod.response,
  };
  const ctx = { schemas, responses, problems, goldens };
  const paths: Record<string, Json> = {};
  for (const chapter of chapters) {
    for (const [key, operation] of Object.entries(chapter.operations)) {
      const [method = "", path = ""] = key.split(" ");
      const place = pathOf(chapter.base, path);
      const described = describe(ctx, chapter, key, operation);
      paths[place] = { ...paths[place], [method.toLowerCase()]: described };
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Netcheck",
      version: "1",
      summary: "The watchroom for teams that run many sites.",
      description: ABOUT,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: tagsOf(chapters),
    paths,
    components: {
      schemas: sorted(schemas.components),
      responses: sorted(responses),
      headers: HEADERS,
      parameters: PARAMETERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** As OpenAPI writes what Hono writes as `/api/v1/checks/:id`; a `/` at the end is no part of it. */
export function pathOf(base: string, path: string) {
  const joined = `${base}${path}`.replaceAll("//", "/");
  return joined.replace(/(?<=.)\/$/, "").replaceAll(/:(\w+)/g, "{$1}");
}

function tagsOf(chapters: readonly Described[]) {
  return chapters
    .filter(({ about }) => about !== "")
    .map(({ tag: name, about: description }) => ({ name, description }));
}

function sorted<T>(components: Record<string, T>) {
  return Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
