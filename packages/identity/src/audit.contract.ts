import type { Contract } from "@netcheck/kernel/contract";
import { idSchema } from "@netcheck/kernel/id";
import { Instant, JsonObject } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import * as z from "zod";

import { ApiKeyId } from "./api-key.ts";
import type { auditRoutes } from "./audit.routes.ts";
import type { IdentityCode } from "./problem.contract.ts";

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

export const auditContract = {
  "GET /": {
    id: "listAudit",
    summary: "Who did what",
    answers: { 200: { means: "The newest first.", body: pageOf(AuditEntry, "AuditPage") } },
    fields: {
      ...pageFields,
      actor: "The id of a person or an agent.",
      action: "Such as `agent.revoked`.",
      subject: "The id of what it was done to.",
      from: "From this instant on.",
      to: "Before this instant.",
    },
  },
} as const satisfies Contract<typeof auditRoutes, IdentityCode>;
