import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { Fault, invalid } from "./fault.ts";
import { onError } from "./problem.ts";
import { validate } from "./validate.ts";

const Body = z.strictObject({ place: z.string() });
const Query = z.object({ limit: z.string().optional() });

const app = new Hono()
  .post("/things", validate("query", Query), validate("json", Body), (c) => {
    throw invalid("things.wrong", c.req.valid("json").place, "This is wrong.");
  })
  .get("/choice", () => {
    const members = { candidates: [{ id: "a", score: 1 }], sure: false };
    throw new Fault("conflict", "things.choice", "Which one?", { members });
  })
  .onError(onError);

const post = async (json: object) => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(json);
  const response = await app.request("/things", { method: "POST", headers, body });
  return await response.json();
};

describe("problems", () => {
  it.each([
    ["place", "json.place"],
    ["limit", "query.limit"],
    ["idempotencyKey", "header.idempotency-key"],
  ])("[KRN-32] the field %s is told as %s", async (place, at) => {
    expect(await post({ place })).toEqual({
      type: "/problems/things.wrong",
      title: "invalid",
      status: 422,
      detail: "This is wrong.",
      errors: [{ at, message: "This is wrong." }],
    });
  });

  it("[KRN-4] what breaks the schema is told by its place", async () => {
    expect(await post({})).toMatchObject({ errors: [{ at: "json.place" }] });
  });

  it("[KRN-33] members stand beside what every problem says", async () => {
    expect(await (await app.request("/choice")).json()).toEqual({
      type: "/problems/things.choice",
      title: "conflict",
      status: 409,
      detail: "Which one?",
      candidates: [{ id: "a", score: 1 }],
      sure: false,
    });
  });

  it("[KRN-33] and never in its place", () => {
    // @ts-expect-error what every problem says is not for a code to say
    const fault = new Fault("conflict", "things.choice", "Which?", { members: { status: 200 } });
    expect(fault.status).toBe(409);
  });
});
