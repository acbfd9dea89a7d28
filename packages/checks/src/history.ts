import type { Ctx } from "@netcheck/kernel/ctx";
import { requireScope } from "@netcheck/kernel/guard";
import { type Id, lowestId } from "@netcheck/kernel/id";
import { Page, pageOf, readCursor } from "@netcheck/kernel/page";
import { CheckType } from "@netcheck/wire/message";
import { and, between, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import * as z from "zod";

import { pageThatFits } from "./answer-size.ts";
import { check, result } from "./check.sql.ts";
import { progressOf } from "./progress.ts";
import { viewCheck } from "./started-check.ts";

/** No check of any type is open for longer. */
const LONGEST_MS = 60 * 60 * 1000;

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** At most 100 a page. `from` is included, `to` is not. */
export const ListChecks = Page.extend({
  type: CheckType.optional(),
  /** The host, as the answer shows it. */
  target: z.string().trim().min(1).max(253).toLowerCase().optional(),
  status: z.enum(["pending", "running", "finished"]).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  createdBy: z.literal("me").optional(),
});

type Filters = z.output<typeof ListChecks>;

/** Newest first, without the results themselves. */
export async function listChecks(ctx: Ctx, filters: Filters) {
  const acting = requireScope(ctx, "checks:read");
  const { limit } = filters;
  const found = await pageQuery(acting, filters);
  const page = pageOf(
    found,
    limit,
    (row) => row,
    ({ id }) => id,
  );
  const rowsOf = await resultsOf(acting, page.items);
  const items = pageThatFits(
    page.items.map((row) => ({
      ...viewCheck(row),
      ...progressOf(rowsOf.get(row.id) ?? [], row, acting.now()),
    })),
  );
  const isWhole = items.length === page.items.length;
  return { items, nextCursor: isWhole ? page.nextCursor : (items.at(-1)?.id ?? null) };
}

/** One more than the page. Looks only into the days that can hold a match. */
export function pageQuery(ctx: Pick<Ctx, "actor" | "db" | "now">, filters: Filters) {
  return ctx.db
    .select()
    .from(check)
    .where(and(...datesOf(filters), ...thingsOf(ctx, filters), statusOf(ctx, filters)))
    .orderBy(desc(check.id))
    .limit(filters.limit + 1);
}

/** An id begins with its time, and the partitions are cut by it. */
function datesOf({ from, to, cursor: given }: Filters) {
  const cursor = readCursor<"check">(given);
  return [
    from === undefined ? undefined : gte(check.id, lowestId(from)),
    to === undefined ? undefined : lt(check.id, lowestId(to)),
    cursor && lt(check.id, cursor),
  ];
}

function thingsOf({ actor }: Pick<Ctx, "actor">, { type, target, createdBy }: Filters) {
  const me = "personId" in actor ? actor.personId : null;
  return [
    type === undefined ? undefined : eq(check.type, type),
    target === undefined ? undefined : eq(check.target, target),
    createdBy === undefined ? undefined : eq(sql`${check.createdBy} ->> 'personId'`, me),
  ];
}

/** The same rule as `progressOf`, where Postgres can choose by it. */
function statusOf({ now }: Pick<Ctx, "now">, { status }: Filters): SQL | undefined {
  if (status === undefined) return undefined;
  const answered = sql`(select count(*) from ${result} where ${eq(result.checkId, check.id)} and ${eq(result.late, false)})`;
  if (status === "finished") return or(lte(check.deadlineAt, now()), eq(answered, check.expected));
  const oldest = gte(check.id, lowestId(new Date(now().getTime() - LONGEST_MS)));
  const open = and(oldest, gt(check.deadlineAt, now()), lt(answered, check.expected));
  return and(open, status === "pending" ? eq(answered, 0) : gt(answered, 0));
}

async function resultsOf({ db }: Pick<Ctx, "db">, page: readonly { id: Id<"check"> }[]) {
  const ids = page.map(({ id }) => id);
  const [newest] = ids;
  const oldest = ids.at(-1);
  if (newest === undefined || oldest === undefined) return new Map<Id<"check">, never[]>();
  const { checkId, receivedAt, late, status, failureSource, facts } = result;
  const rows = await db
    .select({ checkId, receivedAt, late, status, failureSource, facts })
    .from(result)
    .where(and(inArray(checkId, ids), between(checkId, oldest, newest)));
  return Map.groupBy(rows, (row) => row.checkId);
}
