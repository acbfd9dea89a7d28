import type { Operation } from "@netcheck/kernel/contract";
import type { Right } from "@netcheck/kernel/right";
import { VALIDATES } from "@netcheck/kernel/validate";
import * as z from "zod";

import { type Golden, examplesOf } from "./golden.ts";
import { explained, type Json, type openSchemas } from "./schema.ts";

type Schemas = ReturnType<typeof openSchemas>;
type Inputs = ReturnType<typeof inputsOf>;

const Validates = z.object({
  target: z.enum(["json", "query", "param"]),
  schema: z.instanceof(z.ZodType),
});

const Fields = z.object({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  required: z.array(z.string()).default([]),
});

/** What the validators of a route read, by where they read it. */
export function inputsOf(handlers: readonly object[]) {
  const validators = handlers.flatMap((handler) =>
    VALIDATES in handler ? [Validates.parse(handler[VALIDATES])] : [],
  );
  return new Map(validators.map(({ target, schema }) => [target, schema]));
}

export function parametersOf(schemas: Schemas, { fields = {}, idempotent }: Operation, of: Inputs) {
  const path = fieldsOf(schemas, of.get("param"), fields).map((one) => ({ in: "path", ...one }));
  const query = fieldsOf(schemas, of.get("query"), fields).map((one) => ({ in: "query", ...one }));
  const key = { $ref: "#/components/parameters/IdempotencyKey" };
  return [...path, ...query, ...(idempotent ? [key] : [])];
}

function fieldsOf(
  schemas: Schemas,
  input: z.ZodType | undefined,
  meanings: Readonly<Record<string, string>>,
) {
  if (!input) return [];
  const { properties, required } = Fields.parse(explained(schemas.of(input), meanings));
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** The body as clients should see it: by the contract if that says more than the validator does. */
export function bodyOf(
  schemas: Schemas,
  { id, body, form, fields }: Operation,
  { right, inputs, goldens }: { right: Right; inputs: Inputs; goldens: readonly Golden[] },
): Json | undefined {
  const read = inputs.get("json");
  const shown = body ?? form ?? read;
  if (!shown) return undefined;
  const schema = schemas.named(id.charAt(0).toUpperCase() + id.slice(1), shown, fields);
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const taken = goldens.filter(({ status }) => status < 400);
  const content = { [type]: { schema, ...examplesOf(taken, ({ request }) => request) } };
  const description = `At most ${right.maxBodyBytes / 1024} KiB.`;
  return { description, required: !read?.safeParse({}).success, content };
}
