import { zValidator } from "@hono/zod-validator";
import type { ValidationTargets } from "hono";
import * as z from "zod";

import { Fault } from "./fault.ts";
import { unstorableIn } from "./storable-text.ts";

/** Where a `validate` keeps what it reads and how, for whoever describes the routes. */
export const VALIDATES = Symbol("netcheck.validates");

/** Answers 422 with the parts to change, 415 for a body that is not declared as JSON. */
export function validate<T extends keyof ValidationTargets, S extends z.ZodType>(
  target: T,
  schema: S,
) {
  const validator = zValidator(target, schema, (result, c) => {
    if (target === "json" && hasBody(c.req.raw.headers) && !isJson(c.req.header("content-type"))) {
      throw new Fault("unsupported", "request.content_type", "Send application/json.");
    }
    const errors = result.success
      ? unstorableIn(result.data, target).map((at) => ({ at, message: "This is no text." }))
      : result.error.issues.map(({ path, message }) => ({
          at: [target, ...path].join("."),
          message,
        }));
    if (errors.length === 0) return;
    throw new Fault("invalid", "request.invalid", "The request breaks the schema.", {
      members: { errors },
    });
  });
  return Object.assign(validator, { [VALIDATES]: { target, schema } });
}

/** The `:id` of a path. */
export function validateId<S extends z.ZodType>(id: S) {
  return validate("param", z.object({ id }));
}

/** A body that is absent is judged by the schema: some may be left out. */
function hasBody(headers: Headers) {
  const length = headers.get("content-length") ?? "0";
  return length !== "0" || headers.has("content-type") || headers.has("transfer-encoding");
}

function isJson(contentType: string | undefined) {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? "");
}
