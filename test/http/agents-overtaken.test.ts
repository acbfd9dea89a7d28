import { sweepAgents } from "@netcheck/agents/presence";
import { authenticateAgent } from "@netcheck/agents/secret";
import { ctxFor, jobCtx, type Platform } from "@netcheck/api/ctx-for";
import { Fault } from "@netcheck/kernel/fault";
import { hashSecret } from "@netcheck/kernel/secret";
import { describe, expect, it } from "vitest";

import { useFleet } from "../support/fleet.ts";
import { intercepted } from "../support/intercepted.ts";
import { overtaken } from "../support/overtake.ts";

type Answer = { status: number };

describe("one that another overtakes, at whichever step", () => {
  const fleet = useFleet();
  const { world, agents, create, register, settled, session, rowOf, secretsOf } = fleet;

  const ask = (id: string, step: "rotate" | "revoke") =>
    agents()[":id"][step].$post({ param: { id } });
  const secretOf = async (response: Awaited<ReturnType<typeof session>>) => {
    expect(response.status).toBe(200);
    return (await response.json()).agentSecret ?? "";
  };

  /** Overtaken before each of its calls in turn, until there is no such call. */
  async function atEveryStep<S, A, B>(story: {
    arrange: (name: string) => Promise<S>;
    act: (platform: Platform, subject: S) => Promise<A>;
    other: (subject: S) => Promise<B>;
    expectOrder: (subject: S, answers: { one: A; other: B }) => Promise<void>;
  }) {
    const { platform, brokerAdmin } = world();
    for (let step = 0, more = true; more; step++) {
      world().callFrom(`198.51.100.${step}`);
      const subject = await story.arrange(crypto.randomUUID());
      const race = overtaken(platform.db, step, () => story.other(subject));
      const one = await story.act(intercepted(platform, brokerAdmin, race.around), subject);
      const overtaking = race.other();
      more = overtaking !== undefined;
      if (overtaking) await story.expectOrder(subject, { one, other: await overtaking });
      else expect(step).toBeGreaterThan(2);
    }
  }

  const rotating = async (name: string) => {
    const subject = await settled(name);
    await ask(subject.id, "rotate");
    return subject;
  };
  const revoke = async ({ id }: { id: string }) => {
    expect((await ask(id, "revoke")).status).toBe(200);
  };
  const expectGone = async ({ id }: { id: string }, { one }: { one: Answer }) => {
    expect([200, 401]).toContain(one.status);
    expect(await rowOf(id)).toMatchObject({ status: "revoked", brokerPasswordHash: null });
    expect(await secretsOf(id)).toEqual([]);
  };

  it("[AGT-8] NC-B-15 a session that a revocation overtakes leaves no password and no secret", async () => {
    await atEveryStep({
      arrange: rotating,
      act: (platform, { agentSecret: secret }) => session(secret, platform),
      other: revoke,
      expectOrder: expectGone,
    });
  });

  it("[AGT-8] NC-B-15 a registration that a revocation overtakes buys nothing that lasts", async () => {
    await atEveryStep({
      arrange: create,
      act: (platform, { enrollmentToken }) => register(enrollmentToken, platform),
      other: revoke,
      expectOrder: expectGone,
    });
  });

  /** What came of the use of a secret: true, or that it is refused. */
  const use = (secret: string, platform = world().platform) =>
    authenticateAgent(ctxFor(platform, { type: "nobody" }, "use"), secret).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Fault && error.kind === "unauthenticated") return false;
        throw error;
      },
    );
  const takenUp = async (id: string) =>
    (await fleet.audited(id)).filter((step) => step === "agent.secret_taken_up").length;

  it("[AGT-16] of two next secrets whichever is used first is it, and the other is worth nothing", async () => {
    let { id, agentSecret: old } = await settled("rotates-and-rotates");
    await atEveryStep({
      arrange: async () => {
        await ask(id, "rotate");
        const one = await secretOf(await session(old));
        return { one, other: await secretOf(await session(old)), before: await takenUp(id) };
      },
      act: (platform, { one }) => use(one, platform),
      other: ({ other }) => use(other),
      expectOrder: async ({ one, other, before }, answers) => {
        expect(answers.one).toBe(!answers.other);
        expect(await secretsOf(id)).toEqual(["in_use"]);
        expect([await use(old), await use(one), await use(other)]).toEqual([
          false,
          answers.one,
          answers.other,
        ]);
        expect((await takenUp(id)) - before).toBe(1);
        old = answers.one ? one : other;
      },
    });
  });

  it("[AGT-5] [AGT-17] a secret first used by two at once is taken up once, and spends no later token", async () => {
    const { id, enrollmentToken } = await create("bought-and-bought");
    let token = enrollmentToken;
    await atEveryStep({
      arrange: async () => {
        const secret = await secretOf(await register(token));
        return { secret, before: await takenUp(id) };
      },
      act: (platform, { secret }) => use(secret, platform),
      other: async ({ secret }) => {
        expect(await use(secret)).toBe(true);
        const anew = await agents()[":id"].enroll.$post({ param: { id } });
        token = (await anew.json()).enrollmentToken;
      },
      expectOrder: async ({ before }, { one }) => {
        expect(one).toBe(true);
        expect((await rowOf(id))?.enrollmentHash).toBe(hashSecret(token));
        expect((await takenUp(id)) - before).toBe(1);
      },
    });
  });

  it("[AGT-10] NC-B-17 a beat that overtakes a sweep wins", async () => {
    const lively = await settled("lively");
    await sweepAgents(world().system());
    await atEveryStep({
      arrange: async (name) => {
        const subject = await settled(name);
        await fleet.beat(subject.id);
        world().advance(91_000);
        await fleet.beat(lively.id);
        return subject;
      },
      act: (platform) => sweepAgents(jobCtx(platform, "sweep")),
      other: ({ id }) => fleet.beat(id),
      expectOrder: async ({ id }) => {
        expect((await rowOf(id))?.status).toBe("active");
      },
    });
  });
});
