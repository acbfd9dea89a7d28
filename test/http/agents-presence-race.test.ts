import { pauseAgent, resumeAgent } from "@netcheck/agents/agent";
import { agent } from "@netcheck/agents/agent.sql";
import { recordHeartbeats, repairPresence, sweepAgents } from "@netcheck/agents/presence";
import { jobCtx } from "@netcheck/api/ctx-for";
import { type Id, newId } from "@netcheck/kernel/id";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { delivered, useFleet } from "../support/fleet.ts";
import { type Around, intercepted } from "../support/intercepted.ts";

const TIMEOUT_MS = 90_000;
const AGENTS = 3;

type Move =
  | { do: "beat"; agent: number; diesAt: number | null }
  | { do: "sweep"; diesAt: number | null }
  | { do: "repair"; diesAt: number | null }
  | { do: "pause"; agent: number }
  | { do: "resume"; agent: number }
  | { do: "wait"; ms: number }
  | { do: "empty" }
  /** Lets one of those under way make its next call. */
  | { do: "step"; which: number };

const which = fc.nat({ max: AGENTS - 1 });
const diesAt = fc.option(fc.nat({ max: 3 }), { freq: 3 });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("step" as const), which: fc.nat(20) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("beat" as const), agent: which, diesAt }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("sweep" as const), diesAt }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repair" as const), diesAt }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(1_000, 30_000, 60_000, TIMEOUT_MS + 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("pause" as const, "resume" as const),
      agent: which,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "empty" as const }) },
);

/** Several at once, each held before every call that leaves it until it is its turn. */
function turns() {
  const held: (() => void)[] = [];
  const underWay = new Set<Promise<void>>();
  let busy = 0;
  let idle = Promise.withResolvers<void>();
  const rest = () => {
    busy -= 1;
    if (busy === 0) idle.resolve();
  };
  const go = () => {
    if (busy === 0) idle = Promise.withResolvers();
    busy += 1;
  };

  const around: Around = async (call) => {
    await new Promise<void>((resolve) => {
      held.push(resolve);
      rest();
    });
    return await call();
  };
  const step = async (index: number) => {
    const [next] = held.splice(index % Math.max(held.length, 1), 1);
    if (!next) return;
    go();
    next();
    await idle.promise;
  };

  return {
    around,
    step,
    /** Begins it, up to its first call. */
    async begin(work: () => Promise<unknown>) {
      go();
      const done = work().then(rest, rest);
      underWay.add(done);
      await idle.promise;
    },
    async finish() {
      while (held.length > 0) await step(0);
      await Promise.all(underWay);
    },
  };
}

/** Dies before the call of this number. */
function dying(around: Around, diesAt: number | null): Around {
  let calls = 0;
  return (call) => {
    if (diesAt !== null && calls >= diesAt) return Promise.reject(new Error("died"));
    calls += 1;
    return around(call);
  };
}

describe("beats, sweeps and repairs at once", () => {
  const fleet = useFleet();
  const { world } = fleet;
  const now = () => world().platform.now();

  async function threeAgents() {
    const { db } = world().platform;
    await world().emptyRedis();
    await db.delete(agent);
    const rows = Array.from({ length: AGENTS }, (_, i) => {
      const id = newId<"agent">(now());
      const row = { id, name: `a${i}`, nameKey: `a${i}`, queue: id, status: "active" as const };
      const when = { createdAt: now(), registeredAt: now() };
      return { ...row, ...when, location: {}, tags: [], capabilities: [] };
    });
    await db.insert(agent).values(rows);
    await sweepAgents(world().system());
    const ids = rows.map(({ id }) => id);
    await recordHeartbeats(
      world().system(),
      ids.map((id) => delivered(id, now())),
    );
    return ids;
  }

  async function statuses() {
    const { db } = world().platform;
    const rows = await db.select().from(agent).orderBy(agent.id);
    return rows.map(({ status }) => status);
  }

  async function play(moves: readonly Move[], ids: readonly Id<"agent">[]) {
    const { platform, brokerAdmin } = world();
    const turn = turns();
    /** SQS delivers again what a consumer did not finish. */
    const unfinished: ReturnType<typeof delivered>[] = [];
    const heardAt = ids.map(() => now().getTime());
    const idOf = (i: number) => ids[i] ?? newId<"agent">(now());
    const ctxOf = (death: number | null) =>
      jobCtx(intercepted(platform, brokerAdmin, dying(turn.around, death)), "race");

    // A transaction held between two statements would block the others on its lock.
    const asked = () => ({ ...ctxOf(null), db: platform.db });

    for (const one of moves) {
      if (one.do === "step") await turn.step(one.which);
      else if (one.do === "wait") world().advance(one.ms);
      else if (one.do === "empty") await world().emptyRedis();
      else if (one.do === "sweep") await turn.begin(() => sweepAgents(ctxOf(one.diesAt)));
      else if (one.do === "repair") await turn.begin(() => repairPresence(ctxOf(one.diesAt)));
      else if (one.do === "pause") await turn.begin(() => pauseAgent(asked(), idOf(one.agent)));
      else if (one.do === "resume") await turn.begin(() => resumeAgent(asked(), idOf(one.agent)));
      else if (one.do === "beat") {
        world().advance(1);
        const beat = delivered(idOf(one.agent), now());
        heardAt[one.agent] = now().getTime();
        await turn.begin(async () => {
          await recordHeartbeats(ctxOf(one.diesAt), [beat]).catch(() => unfinished.push(beat));
        });
      }
    }
    await turn.finish();
    for (const beat of unfinished) await recordHeartbeats(world().system(), [beat]);
    return heardAt;
  }

  it("[AGT-10] NC-B-17 end with everyone who beats active and everyone silent inactive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { maxLength: 60, size: "max" }),
        which,
        async (moves, one) => {
          const ids = await threeAgents();
          const heardAt = await play(moves, ids);

          const asked = moves.some(({ do: what }) => /pause|resume|empty/.test(what));
          const before = await statuses();
          for (const [i, at] of heardAt.entries()) {
            const isRecent = at > now().getTime() - TIMEOUT_MS;
            if (isRecent && !asked) expect([i, before[i]]).toEqual([i, "active"]);
          }

          const lively = ids[one] ?? "";
          const beat = () => recordHeartbeats(world().system(), [delivered(lively, now())]);
          for (let round = 0; round < 3; round++) {
            world().advance(TIMEOUT_MS + 1);
            await beat();
            await sweepAgents(world().system());
            await repairPresence(world().system());
          }
          world().advance(1);
          await beat();
          await sweepAgents(world().system());
          const expected = before.map((status, i) => {
            if (status === "paused") return "paused";
            return i === one ? "active" : "inactive";
          });
          expect(await statuses()).toEqual(expected);
        },
      ),
      { numRuns: Number(process.env["RACES"] ?? 100), endOnFailure: false },
    );
  }, 600_000);
});
