import type { Operation, Problems } from "@netcheck/kernel/contract";
import { rightOf } from "@netcheck/kernel/right";

import { answersOf } from "./answer.ts";
import type { Described } from "./chapters.ts";
import type { Golden } from "./golden.ts";
import { bodyOf, inputsOf, parametersOf } from "./input.ts";
import { codesOf, refusalOf } from "./refusal.ts";
import type { Json, openSchemas } from "./schema.ts";
import { securityOf } from "./security.ts";

export type Context = {
  schemas: ReturnType<typeof openSchemas>;
  /** Filled on the way: refusals that operations share. */
  responses: Record<string, Json>;
  problems: Problems;
  goldens: readonly Golden[];
};

/** One route with all that is known of it: its right, its validators, its contract, its golden files. */
export function describe(ctx: Context, chapter: Described, key: string, operation: Operation) {
  const [method = "", path = ""] = key.split(" ");
  const { id: operationId, summary, description } = operation;
  const goldens = ctx.goldens.filter((golden) => golden.operation === operationId);
  const handlers = handlersOf(chapter, method, path);
  const right = rightOf(handlers[0]);
  if (!right) throw new Error(`${operationId} does not begin with its right.`);
  const inputs = inputsOf(handlers);
  const parameters = parametersOf(ctx.schemas, operation, inputs);
  const requestBody = bodyOf(ctx.schemas, operation, { right, inputs, goldens });
  const isPaged = parameters.some((one) => "name" in one && one.name === "cursor");
  const codes = codesOf(operation, { right, method, targets: new Set(inputs.keys()), isPaged });
  return {
    operationId,
    tags: [chapter.tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      ...answersOf(ctx.schemas, operation, goldens),
      ...refusalsOf(ctx, codes, operation),
    },
    security: securityOf(right, method),
  };
}

/** In the order in which they are asked. */
function handlersOf({ routes }: Described, method: string, path: string) {
  return routes.routes
    .filter((route) => route.method === method && route.path === path)
    .map(({ handler }) => handler);
}

/** A status that the operation answers in a form of its own is no problem. */
function refusalsOf(ctx: Context, codes: readonly string[], { answers }: Operation) {
  const kinds = Object.groupBy(codes, (code) => kindOf(ctx, code));
  const refusals = Object.values(kinds).flatMap((group) => {
    const { name, status, response } = refusalOf(ctx.schemas, group, ctx.problems, (code) => {
      const golden = ctx.goldens.find((one) => one.code === code);
      return golden && { summary: golden.about, value: golden.response };
    });
    if (status in answers) return [];
    ctx.responses[name] = response;
    return [[status, { $ref: `#/components/responses/${name}` }] as const];
  });
  return Object.fromEntries([...refusals, [500, { $ref: "#/components/responses/internal" }]]);
}

function kindOf({ problems }: Context, code: string) {
  const [kind] = problems[code] ?? [];
  if (!kind) throw new Error(`${code} is sent and is none of the problems.`);
  return kind;
}
