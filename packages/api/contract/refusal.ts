import type { Operation, Problems } from "@netcheck/kernel/contract";
import { Fault, type FaultKind } from "@netcheck/kernel/fault";
import type { Right } from "@netcheck/kernel/right";

import { headerRefs, type Json, type openSchemas } from "./schema.ts";

type Schemas = ReturnType<typeof openSchemas>;

type Asked = { right: Right; method: string; targets: ReadonlySet<string>; isPaged: boolean };

/** What an operation may be refused with, by its right and its input, and what it says besides. */
export function codesOf({ refusals = [] }: Operation, asked: Asked) {
  return [...new Set([...byRight(asked), ...byInput(asked), ...refusals])];
}

/** Whatever the kind, one status. */
export function statusOf(kind: FaultKind) {
  return new Fault(kind, "request.invalid", "").status;
}

/** Those of one status together, as a response that operations share by its name. */
export function refusalOf(
  schemas: Schemas,
  codes: readonly string[],
  problems: Problems,
  examples: ExampleOf,
) {
  const [kind] = problems[codes[0] ?? ""] ?? ["invalid"];
  const status = statusOf(kind);
  const shown = codes.flatMap((code) => {
    const example = examples(code);
    return example ? [[code, example] as const] : [];
  });
  const type = codes.map((code) => `/problems/${code}`);
  const members = codes.flatMap((code) => Object.entries(problems[code]?.[2] ?? {}));
  const said = members.map(([name, schema]) => [name, schemas.of(schema)] as const);
  const response: Json = {
    description: codes.map((code) => `\`${code}\`: ${problems[code]?.[1]}`).join("\n\n"),
    headers: headersOf(status, kind),
    content: {
      "application/problem+json": {
        schema: {
          $ref: "#/components/schemas/Problem",
          properties: {
            type: { enum: type },
            title: { const: kind },
            status: { const: status },
            ...Object.fromEntries(said),
          },
        },
        ...(shown.length > 0 && { examples: Object.fromEntries(shown) }),
      },
    },
  };
  return { name: codes.toSorted().join("-"), status, response };
}

type ExampleOf = (code: string) => Json | undefined;

function headersOf(status: number, kind: FaultKind) {
  const names = ["x-request-id"];
  if (kind === "limited" || kind === "unavailable") names.push("retry-after");
  if (kind === "limited") names.push("ratelimit", "ratelimit-policy");
  if (status === 401) names.push("www-authenticate");
  if (kind === "method_not_allowed") names.push("allow");
  return headerRefs(names);
}

function byRight({ right: { access, orNobody }, method }: Asked) {
  if (access === "public") return ["platform.not_ready"];
  const away = ["platform.database", "platform.redis", "platform.not_ready"];
  // A browser's cookie is looked at wherever it comes along, and an agent's secret counted.
  const changes = method === "GET" ? [] : ["identity.origin", "identity.csrf"];
  const known = ["identity.unauthenticated", ...changes, "platform.limited", ...away];
  if (access === "session") return [...known, "identity.session_needed"];
  const scoped = access.includes(":") || orNobody;
  return scoped ? [...known, "identity.scope"] : known;
}

function byInput({ method, targets, isPaged }: Asked) {
  const json = ["request.malformed", "request.content_type"];
  return [
    ...(method === "GET" ? [] : ["request.too_large"]),
    ...(targets.has("json") ? json : []),
    ...(isPaged ? ["request.cursor"] : []),
    ...(targets.size > 0 ? ["request.invalid"] : []),
  ];
}
