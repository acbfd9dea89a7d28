import type { Contract } from "@netcheck/kernel/contract";
import { idSchema } from "@netcheck/kernel/id";
import { JsonObject } from "@netcheck/kernel/json.contract";
import { SCOPES } from "@netcheck/kernel/scope";
import * as z from "zod";

import { ApiKeyId } from "./api-key.ts";
import { person } from "./identity.sql.ts";
import type { apiKeyRoutes, auditRoutes, userRoutes, wellKnownRoutes } from "./people.routes.ts";
import { PersonId } from "./person.ts";
import type { IdentityCode } from "./problem.contract.ts";

export const Instant = z.iso.datetime();
export const Role = z.enum(person.role.enumValues).meta({ id: "Role" });

/** A page of a list; `nextCursor` is the `cursor` of the next one. */
export function pageOf<S extends z.ZodType>(item: S, id: string) {
  const nextCursor = z.string().nullable().describe("Null on the last page.");
  return z.object({ items: z.array(item), nextCursor }).meta({ id });
}

const fields = {
  limit: "At most so many on a page.",
  cursor: "The `nextCursor` of the page before.",
} as const;

const Person = z
  .object({
    id: PersonId,
    email: z.email(),
    role: Role,
    createdAt: Instant,
    blockedAt: Instant.nullable(),
  })
  .meta({ id: "Person" });

const CreatedPerson = Person.extend({
  password: z.string().exactOptional().describe("Shown once, if it was made here."),
}).meta({ id: "CreatedPerson" });

const Me = Person.pick({ id: true, email: true, role: true }).meta({ id: "Me" });

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

const AuditEntry = z
  .object({
    id: idSchema<"audit">(),
    at: Instant,
    actor: z.object({
      type: z.enum(["person", "key", "agent", "system", "nobody"]),
      id: z.uuid().nullable().describe("Of the person or agent that acted."),
      email: z.email().nullable(),
      keyId: ApiKeyId.exactOptional(),
      job: z.string().exactOptional(),
    }),
    action: z.string(),
    subjectId: z.uuid().nullable(),
    details: JsonObject.nullable(),
    address: z.string().nullable(),
    requestId: z.string(),
  })
  .meta({ id: "AuditEntry" });

/** RFC 7517. */
const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal("OKP"),
        crv: z.literal("Ed25519"),
        kid: z.string(),
        x: z.string(),
        alg: z.literal("EdDSA"),
        use: z.literal("sig"),
      }),
    ),
  })
  .meta({ id: "KeySet" });

export const userContract = {
  "GET /me": {
    id: "getMe",
    summary: "Who I am",
    description: "The person who signed in, or the owner of the key.",
    answers: { 200: { means: "You.", body: Me } },
  },
  "GET /": {
    id: "listUsers",
    summary: "List people",
    answers: {
      200: { means: "In the order in which they came.", body: pageOf(Person, "PersonPage") },
    },
    fields: { ...fields, blocked: "`true` or `false`." },
  },
  "POST /": {
    id: "createUser",
    summary: "Create a person",
    answers: {
      201: { means: "Created.", body: CreatedPerson, headers: ["location", "cache-control"] },
    },
    refusals: ["identity.email_taken", "identity.weak_password"],
    fields: { password: "Without one, one is made and shown once." },
  },
  "GET /:id": {
    id: "getUser",
    summary: "Read a person",
    answers: { 200: { means: "The person.", body: Person } },
    refusals: ["user.not_found"],
  },
  "PATCH /:id": {
    id: "updateUser",
    summary: "Change a person's role, block, or set a password",
    description: "Acts at once on all that is signed in. What is given is changed.",
    answers: { 200: { means: "As the person is now.", body: Person } },
    refusals: [
      "user.not_found",
      "identity.last_admin",
      "identity.own_password",
      "identity.weak_password",
    ],
  },
  "DELETE /:id": {
    id: "deleteUser",
    summary: "Delete a person",
    description: "Out at once, with all sessions and keys. What they did stays on record.",
    answers: { 204: { means: "Deleted." } },
    refusals: ["user.not_found", "identity.last_admin"],
  },
} as const satisfies Contract<typeof userRoutes, IdentityCode>;

export const apiKeyContract = {
  "GET /": {
    id: "listApiKeys",
    summary: "List API keys",
    description: "One's own that are not revoked; an administrator sees everybody's.",
    answers: { 200: { means: "The newest first.", body: pageOf(ApiKey, "ApiKeyPage") } },
    fields: { ...fields, personId: "Whose, for administrators." },
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

export const auditContract = {
  "GET /": {
    id: "listAudit",
    summary: "Who did what",
    answers: { 200: { means: "The newest first.", body: pageOf(AuditEntry, "AuditPage") } },
    fields: {
      ...fields,
      actor: "The id of a person or an agent.",
      action: "Such as `agent.revoked`.",
      subject: "The id of what it was done to.",
      from: "From this instant on.",
      to: "Before this instant.",
    },
  },
} as const satisfies Contract<typeof auditRoutes, IdentityCode>;

export const wellKnownContract = {
  "GET /jwks.json": {
    id: "getKeySet",
    summary: "The public keys of access tokens",
    answers: { 200: { means: "A JWK set.", body: KeySet, headers: ["cache-control"] } },
  },
} as const satisfies Contract<typeof wellKnownRoutes, IdentityCode>;
