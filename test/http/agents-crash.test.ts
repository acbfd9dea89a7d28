import { reconcileBroker } from "@netcheck/agents/account";
import { agent } from "@netcheck/agents/agent.sql";
import { repairPresence } from "@netcheck/agents/presence";
import { redisKey } from "@netcheck/agents/redis-key";
import type { Platform } from "@netcheck/api/ctx-for";
import { brokerUsername } from "@netcheck/kernel/broker";
import { and, isNotNull, ne } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { useFleet } from "../support/fleet.ts";
import { intercepted, mortal } from "../support/intercepted.ts";

// Each dies at some twenty steps, twice, and everything is looked at after every one.
describe("a process that dies", { timeout: 120_000 }, () => {
  const fleet = useFleet();
  const { world, agents, create, register, registered, settled, session } = fleet;

  const open = async (secret: string) => {
    const response = await session(secret);
    expect(response.status).toBe(200);
    return (await response.json()).agentSecret ?? "";
  };
  const buy = async (token: string) => {
    const response = await register(token);
    expect(response.status).toBe(200);
    return (await response.json()).agentSecret ?? "";
  };
  const tokenAnew = async (id: string) =>
    (await (await agents()[":id"].enroll.$post({ param: { id } })).json()).enrollmentToken;
  const isGone = async ({ broker, agentSecret }: Awaited<ReturnType<typeof settled>>) => {
    expect(world().brokerAdmin.usernames()).not.toContain(broker.username);
    expect((await session(agentSecret)).status).toBe(401);
  };
  const rotating = async (name: string) => {
    const subject = await settled(name);
    await agents()[":id"].rotate.$post({ param: { id: subject.id } });
    return subject;
  };

  /** The reconciliation alone: the broker holds what the rows say, whole, and nothing else. */
  async function expectRepaired() {
    const { db, redis } = world().platform;
    await reconcileBroker(world().system());
    await repairPresence(world().system());
    const wanted = and(isNotNull(agent.brokerPasswordHash), ne(agent.status, "revoked"));
    const rows = await db.select().from(agent).where(wanted);
    const names = rows.map(({ id }) => brokerUsername(id)).toSorted();
    const accounts = world().brokerAdmin.accounts();
    expect(world().brokerAdmin.usernames().toSorted()).toEqual(names);
    for (const { id, queue, brokerPasswordHash: passwordHash } of rows) {
      expect(accounts.get(brokerUsername(id))).toMatchObject({ queue, passwordHash });
    }
    const active = rows.filter(({ status }) => status === "active").map(({ id }) => id);
    const places = active.length > 0 ? await redis.zmscore(redisKey("beats"), active) : [];
    expect(places?.every((place) => place !== null)).toBe(true);
  }

  /** Dies at each call in turn, before it and after it, until one process lives to the end. */
  async function atEveryStep<S>(story: {
    arrange: (name: string) => Promise<S>;
    act: (platform: Platform, subject: S) => Promise<{ status: number }>;
    /** Asked again by whoever got no answer, it comes to the end. */
    again: (subject: S) => Promise<void>;
  }) {
    const steps = { before: 0, after: 0 };
    for (const when of ["before", "after"] as const) {
      for (let died = true; died; steps[when] += 1) {
        // What fails is counted by address, and here nearly everything does.
        world().callFrom(`198.51.100.${steps.before + steps.after}`);
        const subject = await story.arrange(crypto.randomUUID());
        const process = mortal(steps[when], when);
        const { platform, brokerAdmin } = world();
        const { status } = await story.act(
          intercepted(platform, brokerAdmin, process.around),
          subject,
        );
        died = process.died();
        expect([died, status]).toEqual([died, died ? expect.toSatisfy(isFailure) : status]);
        expect(died || status < 300).toBe(true);
        await expectRepaired();
        await story.again(subject);
        await expectRepaired();
      }
    }
    expect(steps.before).toBe(steps.after);
    expect(steps.before).toBeGreaterThan(3);
  }

  it("[AGT-18] NC-B-19 while it creates an agent", async () => {
    await atEveryStep({
      arrange: (name) => Promise.resolve(name),
      act: (platform, name) => agents(undefined, platform).$post({ json: { name } }),
      again: async (name) => {
        const response = await agents().$post({ json: { name } });
        expect([201, 409]).toContain(response.status);
        const { items } = await (await agents().$get({ query: { name } })).json();
        expect(items).toHaveLength(1);
        await open(await buy(await tokenAnew(items[0]?.id ?? "")));
      },
    });
  });

  it("[AGT-18] NC-B-19 while it registers an agent", async () => {
    await atEveryStep({
      arrange: create,
      act: (platform, { enrollmentToken }) => register(enrollmentToken, platform),
      again: async ({ id, enrollmentToken }) => {
        await open(await buy(enrollmentToken));
        expect(await fleet.get(id)).toMatchObject({ status: "active" });
        expect((await register(enrollmentToken)).status).toBe(401);
      },
    });
  });

  it("[AGT-18] while it opens an agent's first session", async () => {
    await atEveryStep({
      arrange: registered,
      act: (platform, { agentSecret }) => session(agentSecret, platform),
      again: async ({ agentSecret, enrollmentToken }) => {
        await open(agentSecret);
        expect((await register(enrollmentToken)).status).toBe(401);
      },
    });
  });

  it("[AGT-18] while it takes down that a rotation is asked for", async () => {
    await atEveryStep({
      arrange: settled,
      act: (platform, { id }) => agents(undefined, platform)[":id"].rotate.$post({ param: { id } }),
      again: async ({ id, agentSecret }) => {
        expect((await agents()[":id"].rotate.$post({ param: { id } })).status).toBe(200);
        expect(await open(await open(agentSecret))).toBe("");
      },
    });
  });

  it("[AGT-18] while it hands out the next secret", async () => {
    await atEveryStep({
      arrange: rotating,
      act: (platform, { agentSecret }) => session(agentSecret, platform),
      again: async ({ agentSecret }) => {
        expect(await open(await open(agentSecret))).toBe("");
        expect((await session(agentSecret)).status).toBe(401);
      },
    });
  });

  it("[AGT-18] while it takes up the next secret", async () => {
    await atEveryStep({
      arrange: async (name) => {
        const subject = await rotating(name);
        return { ...subject, next: await open(subject.agentSecret) };
      },
      act: (platform, { next }) => session(next, platform),
      again: async ({ agentSecret, next }) => {
        expect(await open(next)).toBe("");
        expect((await session(agentSecret)).status).toBe(401);
      },
    });
  });

  it("[AGT-18] NC-B-15 while it revokes an agent", async () => {
    await atEveryStep({
      arrange: settled,
      act: (platform, { id }) => agents(undefined, platform)[":id"].revoke.$post({ param: { id } }),
      again: async (subject) => {
        const { id } = subject;
        expect((await agents()[":id"].revoke.$post({ param: { id } })).status).toBe(200);
        await isGone(subject);
      },
    });
  });

  it("[AGT-18] NC-B-16 while it deletes an agent", async () => {
    await atEveryStep({
      arrange: settled,
      act: (platform, { id }) => agents(undefined, platform)[":id"].$delete({ param: { id } }),
      again: async (subject) => {
        const { id } = subject;
        expect([204, 404]).toContain((await agents()[":id"].$delete({ param: { id } })).status);
        await isGone(subject);
      },
    });
  });
});

function isFailure(status: number) {
  return status >= 500;
}
