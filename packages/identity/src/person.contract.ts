import type { Contract } from "@netcheck/kernel/contract";
import { Instant } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import * as z from "zod";

import { person } from "./identity.sql.ts";
import type { userRoutes } from "./person.routes.ts";
import { PersonId } from "./person.ts";
import type { IdentityCode } from "./problem.contract.ts";

export const Role = z.enum(person.role.enumValues).meta({ id: "Role" });

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
    fields: { ...pageFields, blocked: "`true` or `false`." },
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
