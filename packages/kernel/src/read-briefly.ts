import { sql } from "drizzle-orm";

import type { Ctx, Reader } from "./ctx.ts";
import { poolOf } from "./guard.ts";
import { within } from "./time.ts";

/** Of what is measured when somebody looks: late numbers are no numbers. */
const LIMIT_MS = 2_000;

/** Reads for a gauge, within 2 s on either side of the connection. */
export async function readBriefly<T>(
  ctx: Pick<Ctx, "db">,
  read: (tx: Omit<Reader, "$client">) => Promise<T>,
) {
  const limited = poolOf(ctx).transaction(
    async (tx) => {
      await tx.execute(sql`set local statement_timeout = ${sql.raw(String(LIMIT_MS))}`);
      return await read(tx);
    },
    { accessMode: "read only" },
  );
  return await within(LIMIT_MS, limited);
}
