import { mkdir, stat } from "node:fs/promises";

import { buildBare, HEALTH, HONO } from "./bare-function.ts";
import { measureStarts, startsOf } from "./starts.ts";
import type { Row } from "./table.ts";

/** What a function is made of, in the order in which a request needs it, each used as we use it. */
const STEPS = [
  ["hono", HONO],
  ["zod", `import * as z from "zod"; z.object({ a: z.string().min(1) }).parse({ a: "b" });`],
  [
    "drizzle",
    `import { eq } from "drizzle-orm"; import { PgDialect, pgSchema, QueryBuilder, text } from "drizzle-orm/pg-core";
     const noun = pgSchema("a").table("noun", { id: text() });
     new PgDialect().sqlToQuery(new QueryBuilder().select().from(noun).where(eq(noun.id, "1")).getSQL());`,
  ],
  [
    "Neon's driver",
    `import { Pool } from "@neondatabase/serverless"; import { drizzle } from "drizzle-orm/neon-serverless";
     drizzle({ client: new Pool({ connectionString: "postgres://a:b@127.0.0.1/c" }) });`,
  ],
  [
    "Upstash's client",
    `import { Redis } from "@upstash/redis"; new Redis({ request: async () => ({}) }).autoPipeline();`,
  ],
  [
    "jose",
    `import { createLocalJWKSet, jwtVerify } from "jose";
     jwtVerify("a.b.c", createLocalJWKSet({ keys: [] })).catch(() => undefined);`,
  ],
] as const;

/** What each part adds to a start that answers `/health` with hono: its size, and the time to load it. */
export async function measureLadder(folder: string): Promise<Row[]> {
  await mkdir(folder, { recursive: true });
  const steps = await Promise.all(
    STEPS.map(async ([name], i) => {
      const contents = STEPS.slice(0, i + 1).map(([, text]) => text);
      const bundle = await buildBare(folder, contents.join("\n"), `ladder-${i}`);
      const start = { bundle, handler: "handler", event: HEALTH, env: {} };
      return { name, kb: (await stat(bundle)).size / 1024, starts: startsOf(start, 200) };
    }),
  );
  await measureStarts(steps.map(({ starts }) => starts));
  return steps.map(({ name, kb, starts }, i) => {
    const before = steps[i - 1];
    const [ms, cpuMs] = [starts.median("totalMs"), starts.median("cpuMs")];
    const added = before && [
      `+${(kb - before.kb).toFixed(0)} KB`,
      `${signed(ms - before.starts.median("totalMs"))} ms`,
      `CPU ${signed(cpuMs - before.starts.median("cpuMs"))} ms`,
    ];
    return {
      what: `ladder of a start: ${before ? `+ ${name}` : `${name} alone`}`,
      floor: "",
      measured: `${kb.toFixed(0)} KB, ${ms.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms${added ? ` (${added.join(", ")})` : ""}`,
      budget: "",
    };
  });
}

function signed(ms: number) {
  return `${ms < 0 ? "−" : "+"}${Math.abs(ms).toFixed(1)}`;
}
