import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { validate, validateId } from "@netcheck/kernel/validate";
import { Hono } from "hono";

import { getMe } from "./account.ts";
import type { IdentityCtx } from "./ctx.ts";
import {
  CreatePerson,
  createPerson,
  deletePerson,
  getPerson,
  ListPeople,
  listPeople,
  PersonId,
  UpdatePerson,
  updatePerson,
} from "./person.ts";

const byId = validateId(PersonId);

export const userRoutes = new Hono<ApiEnv<IdentityCtx>>()
  .get("/me", may("signed-in"), async (c) => c.json(await getMe(c.var.ctx)))
  .get("/", may("people:write"), validate("query", ListPeople), async (c) =>
    c.json(await listPeople(c.var.ctx, c.req.valid("query"))),
  )
  .post("/", may("people:write"), validate("json", CreatePerson), async (c) => {
    const made = await createPerson(c.var.ctx, c.req.valid("json"));
    return c.json(made, 201, { location: `/api/v1/users/${made.id}`, "cache-control": "no-store" });
  })
  .get("/:id", may("people:write"), byId, async (c) =>
    c.json(await getPerson(c.var.ctx, c.req.valid("param").id)),
  )
  .patch("/:id", may("people:write"), byId, validate("json", UpdatePerson), async (c) =>
    c.json(await updatePerson(c.var.ctx, c.req.valid("param").id, c.req.valid("json"))),
  )
  .delete("/:id", may("people:write"), byId, async (c) => {
    await deletePerson(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  });
