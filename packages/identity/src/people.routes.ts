import { type ApiEnv, validate } from "@netcheck/kernel/http";
import { may } from "@netcheck/kernel/right";
import { Hono } from "hono";
import * as z from "zod";

import { getMe } from "./account.ts";
import {
  ApiKeyId,
  CreateApiKey,
  createApiKey,
  ListApiKeys,
  listApiKeys,
  revokeApiKey,
} from "./api-key.ts";
import { ListAudit, listAudit } from "./audit.ts";
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

type Env = ApiEnv<IdentityCtx>;

const PersonParam = z.object({ id: PersonId });
const KeyParam = z.object({ id: ApiKeyId });
const NO_STORE = { "cache-control": "no-store" };

export const userRoutes = new Hono<Env>()
  .get("/me", may("signed-in"), async (c) => c.json(await getMe(c.var.ctx)))
  .get("/", may("people:write"), validate("query", ListPeople), async (c) =>
    c.json(await listPeople(c.var.ctx, c.req.valid("query"))),
  )
  .post("/", may("people:write"), validate("json", CreatePerson), async (c) => {
    const made = await createPerson(c.var.ctx, c.req.valid("json"));
    return c.json(made, 201, { location: `/api/v1/users/${made.id}`, ...NO_STORE });
  })
  .get("/:id", may("people:write"), validate("param", PersonParam), async (c) =>
    c.json(await getPerson(c.var.ctx, c.req.valid("param").id)),
  )
  .patch(
    "/:id",
    may("people:write"),
    validate("param", PersonParam),
    validate("json", UpdatePerson),
    async (c) =>
      c.json(await updatePerson(c.var.ctx, c.req.valid("param").id, c.req.valid("json"))),
  )
  .delete("/:id", may("people:write"), validate("param", PersonParam), async (c) => {
    await deletePerson(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  });

export const apiKeyRoutes = new Hono<Env>()
  .get("/", may("session"), validate("query", ListApiKeys), async (c) =>
    c.json(await listApiKeys(c.var.ctx, c.req.valid("query"))),
  )
  .post("/", may("session"), validate("json", CreateApiKey), async (c) =>
    c.json(await createApiKey(c.var.ctx, c.req.valid("json")), 201, NO_STORE),
  )
  .delete("/:id", may("session"), validate("param", KeyParam), async (c) => {
    await revokeApiKey(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  });

export const auditRoutes = new Hono<Env>().get(
  "/",
  may("people:write"),
  validate("query", ListAudit),
  async (c) => c.json(await listAudit(c.var.ctx, c.req.valid("query"))),
);

export const wellKnownRoutes = new Hono<Env>().get("/jwks.json", may("public"), (c) => {
  c.header("cache-control", "public, max-age=300");
  return c.json(c.var.ctx.tokens.jwks);
});
