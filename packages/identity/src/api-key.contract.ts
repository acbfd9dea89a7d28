import type { Contract } from "@netcheck/kernel/contract";
import { Instant } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import { SCOPES } from "@netcheck/kernel/scope";
import * as z from "zod";

import type { apiKeyRoutes } from "./api-key.routes.ts";
import { ApiKeyId } from "./api-key.ts";
import { PersonId } from "./person.ts";
import type { IdentityCode } from "./problem.contract.ts";

const ApiKey = z
  .object({
    id: ApiKeyId,
    personId: PersonId,
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable().describe("To the minute."),
  })
  .meta({ id: "ApiKey" });

const CreatedApiKey = ApiKey.extend({
  secret: z.string().describe("Shown once."),
}).meta({ id: "CreatedApiKey" });

export const apiKeyContract = {
  "GET /": {
    id: "listApiKeys",
    summary: "List API keys",
    description: "One's own that are not revoked; an administrator sees everybody's.",
    answers: { 200: { means: "The newest first.", body: pageOf(ApiKey, "ApiKeyPage") } },
    fields: { ...pageFields, personId: "Whose, for administrators." },
  },
  "POST /": {
    id: "createApiKey",
    summary: "Create an API key",
    description: "It is sent as `Authorization: Bearer nck_…`, and never may more than its owner.",
    answers: { 201: { means: "Created.", body: CreatedApiKey, headers: ["cache-control"] } },
    refusals: ["identity.key_expiry", "identity.scope_beyond_role"],
    fields: { expiresAt: "Without one it never expires." },
  },
  "DELETE /:id": {
    id: "revokeApiKey",
    summary: "Revoke an API key",
    description: "Worth nothing from here on. Safe to repeat.",
    answers: { 204: { means: "Revoked." } },
    refusals: ["key.not_found"],
  },
} as const satisfies Contract<typeof apiKeyRoutes, IdentityCode>;
