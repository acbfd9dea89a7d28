import type { Contract, Problems } from "@netcheck/kernel/contract";
import { idSchema } from "@netcheck/kernel/id";
import { Instant, JsonObject } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import type { CommonCode } from "@netcheck/kernel/problem.contract";
import { Reason } from "@netcheck/wire/delivery";
import { CheckType, FailureSource, Phase } from "@netcheck/wire/message";
import * as z from "zod";

import { Result, StartCheck, Summary } from "./check-types.contract.ts";
import type { checkRoutes } from "./check.routes.ts";
import { CheckId } from "./check.ts";

export const checkProblems = {
  "check.not_found": ["not_found", "No check that one may see has this id."],
  "checks.target": ["invalid", "The target is not of this type, or its port is missing or wrong."],
  "checks.target_refused": ["invalid", "The target is private or special."],
  "checks.options": ["invalid", "The options are not this type's."],
  "checks.no_agents": [
    "invalid",
    "No active agent fits. `detail` says which condition left nobody.",
    {
      active: z.int().describe("Of `checks.no_agents`: how many agents are active."),
      capable: z.int().describe("Of `checks.no_agents`: how many of them can run this type."),
    },
  ],
  "checks.anonymous": ["invalid", "Strangers do not choose agents by their id."],
  "checks.idempotency_mismatch": ["invalid", "The key was used for another request."],
  "checks.idempotency_raced": ["conflict", "The same request is being made. Repeat it."],
  "checks.limited": ["limited", "More agents a minute than allowed."],
} as const satisfies Problems;

type Code = keyof typeof checkProblems | CommonCode;

const Status = z.enum(["pending", "running", "finished"]).meta({ id: "CheckStatus" });

const Check = z.object({
  id: CheckId,
  type: CheckType.meta({ id: "CheckType" }),
  target: z.string().describe("A host, as agents are asked for it."),
  port: z.int().nullable(),
  options: JsonObject.describe("With defaults filled."),
  expected: z.int().describe("How many agents were asked."),
  truncated: z.boolean().describe("More agents fitted than were asked."),
  createdAt: Instant,
  deadlineAt: Instant,
});

const StartedCheck = Check.extend({ status: z.literal("pending") }).meta({ id: "StartedCheck" });

const CheckProgress = Check.extend({
  status: Status,
  answered: z.int().describe("In time."),
  summary: Summary,
}).meta({ id: "CheckProgress" });

const CheckAgent = z
  .object({
    id: idSchema<"agent">(),
    name: z.string(),
    country: z.string().exactOptional(),
    city: z.string().exactOptional(),
    asn: z.int().exactOptional(),
    network: z.string().exactOptional(),
    tags: z.array(z.string()),
  })
  .describe("As it was when it was asked.")
  .meta({ id: "CheckAgent" });

const CheckResult = z
  .object({
    agent: CheckAgent,
    status: z.enum(["finished", "failed", "missing"]),
    late: z.boolean().describe("After the deadline: shown, and counted in nothing."),
    failureSource: FailureSource.nullable().describe("Whose fault it is."),
    failedPhase: Phase.nullable().describe("What it was doing when it failed."),
    error: z
      .object({
        code: z.string().describe("It never changes its meaning; docs/results.md has each."),
        message: z.string().describe("For people."),
      })
      .nullable(),
    startedAt: Instant.nullable(),
    durationMs: z.number().nullable(),
    receivedAt: Instant.nullable(),
    result: Result.nullable(),
  })
  .meta({ id: "CheckResult" });

const Missing = z.object({
  agent: CheckAgent,
  reason: z.enum(["no_answer", ...Reason.options]),
});

const CheckDetails = CheckProgress.extend({
  missing: z.array(Missing).describe("Who did not answer in time, once the check is over."),
  results: z.array(CheckResult),
}).meta({ id: "CheckDetails" });

export const checkContract = {
  "POST /": {
    id: "startCheck",
    summary: "Ask agents to look at a target",
    description:
      "Answers before they have looked: read the check until its status is `finished`, at its deadline at the latest. Each agent asked costs a token of whoever asks and of the target.",
    idempotent: true,
    body: StartCheck,
    answers: {
      202: {
        means: "Asked.",
        body: StartedCheck,
        headers: ["location", "ratelimit", "ratelimit-policy"],
      },
    },
    refusals: [
      "checks.target",
      "checks.target_refused",
      "checks.options",
      "checks.no_agents",
      "checks.anonymous",
      "checks.idempotency_mismatch",
      "checks.idempotency_raced",
      "checks.limited",
    ],
  },
  "GET /": {
    id: "listChecks",
    summary: "The history of checks",
    description: "Without the results themselves.",
    answers: {
      200: {
        means: "The newest first.",
        body: pageOf(CheckProgress, "CheckPage", CheckId),
        headers: ["etag", "cache-control"],
      },
    },
    fields: {
      ...pageFields,
      target: "The host, as the answer shows it.",
      createdBy: "`me`: those that the person who asks started, with keys too.",
      from: "From this instant on.",
      to: "Before this instant.",
    },
  },
  "GET /:id": {
    id: "getCheck",
    summary: "Read a check with its results",
    answers: {
      200: { means: "Where it stands.", body: CheckDetails, headers: ["etag", "cache-control"] },
    },
    refusals: ["check.not_found"],
  },
} as const satisfies Contract<typeof checkRoutes, Code>;
