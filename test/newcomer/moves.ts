import type { Move } from "./move.ts";

/** A context with a table, a route, a consumer, a schedule, a metric and a setting. */
export const CONTEXT: Move = {
  brings: "context",
  edits: {
    "packages/api/package.json": [
      { after: '"@netcheck/kernel": "0.1.0",', write: '\n    "@netcheck/newcomer": "0.1.0",' },
    ],
    "packages/api/src/contexts.ts": [
      {
        before: "\nimport { platform }",
        write: 'import { newcomer } from "@netcheck/newcomer/context";\n',
      },
      { after: "agents, checks", write: ", newcomer" },
    ],
  },
};

/** A route of a context that there is. */
export const ROUTE: Move = {
  brings: "route",
  edits: {
    "packages/checks/src/check.ts": [
      {
        after: 'import { notFound } from "@netcheck/kernel/fault";\n',
        write: 'import { requireScope } from "@netcheck/kernel/guard";\n',
      },
      {
        before: "/** Undefined, and nothing written,",
        write: `/** What it looks at, and nothing of what came of it. */
export async function getTarget(ctx: ChecksCtx, id: Id<"check">) {
  const { db } = requireScope(ctx, "checks:read");
  const { target, port } = check;
  const [row] = await db.select({ target, port }).from(check).where(eq(check.id, id));
  if (!row) throw notFound("check");
  return row;
}

`,
      },
    ],
    "packages/checks/src/check.routes.ts": [
      { after: "getCheck, ", write: "getTarget, " },
      {
        before: '  .get("/", may("checks:read")',
        write: `  .get("/:id/target", may("checks:read"), validateId(CheckId), async (c) =>
    c.json(await getTarget(c.var.ctx, c.req.valid("param").id)),
  )
`,
      },
    ],
    "packages/checks/src/check.contract.ts": [
      {
        after: "checkContract = {\n",
        write: `  "GET /:id/target": {
    id: "getTarget",
    summary: "Read what a check looks at",
    answers: {
      200: { means: "As agents are asked.", body: Check.pick({ target: true, port: true }) },
    },
    refusals: ["check.not_found"],
  },
`,
      },
    ],
    "test/http/rights-checks.test.ts": [
      {
        after: 'itKeepsRights("checks", callers, {\n',
        write: '    "GET /api/v1/checks/:id/target": { who: "viewer", make: someCheck },\n',
      },
    ],
  },
};

/** A type of check. */
export const CHECK_TYPE: Move = {
  brings: "check-type",
  edits: {
    "packages/wire/src/options.ts": [
      {
        before: "const Port = ",
        write: `/** Options of an \`echo\` check. */
export const EchoOptions = z.strictObject({
  say: z.string().min(1).max(64).default("hello"),
  timeoutMs: timeoutMs.default(5_000),
});
export type EchoOptions = z.output<typeof EchoOptions>;

`,
      },
      {
        after: 'z.discriminatedUnion("type", [\n',
        write: `  z.object({ type: z.literal("echo"), port: Port.default(7), options: EchoOptions.strip() }),\n`,
      },
    ],
    "packages/agent/src/probes.ts": [
      { after: 'import { dns } from "./probe-dns.ts";\n', write: importOf("echo", "probe-echo") },
      { before: "http, tcp,", write: "echo, " },
    ],
    "packages/checks/src/check-types.ts": [
      {
        before: "import type { Fields }",
        write: importOf("echo, type EchoFacts", "echo-check"),
      },
      { before: "http, tcp,", write: "echo, " },
      { before: "HttpFacts & ", write: "EchoFacts & " },
    ],
  },
};

/** A message of the agents. */
export const MESSAGE: Move = {
  brings: "message",
  edits: {
    "packages/wire/src/kind.ts": [
      { instead: "import type * as z", write: "import * as z" },
      {
        before: "/** What agents say.",
        write: `/** What an agent says that stops. */
const Farewell = z.object({ v: z.literal(WIRE_VERSION), begun: z.int().min(0) });

`,
      },
      {
        after: "export const SAID = {\n",
        write: `  farewell: {
    queue: "agent_farewells",
    carriedTo: "agent-farewells",
    bounds: { messages: 1_000, whenFull: "drop_oldest", replicated: false },
    schema: Farewell,
    carriedAs: "farewell",
  },
`,
      },
      { after: "CheckResponse, Heartbeat", write: ", WIRE_VERSION" },
    ],
    "packages/agent/src/agent.ts": [
      { before: "import { startHeartbeat", write: importOf("sayFarewell", "farewell") },
      {
        before: "    if (open.isOpen()) await pause(SETTLE_MS",
        write:
          "    if (open.isOpen()) void sayFarewell(open, desk.begun()).catch(() => undefined);\n",
      },
    ],
    "packages/agents/src/context.ts": [
      {
        after: "queues: {\n",
        write: `    "agent-farewells": {
      consumer: () => import("./farewell.consumer.ts").then((m) => m.farewells),
      batch: 10,
      atOnce: 1,
    },
`,
      },
    ],
  },
};

function importOf(names: string, file: string) {
  return `import { ${names} } from "./${file}.ts";\n`;
}
