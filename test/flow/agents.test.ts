import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";

import { reconcileBroker } from "@netcheck/agents/account";
import { brokerUsername } from "@netcheck/kernel/broker";
import { parseAllowList } from "@netcheck/wire/address";
import { beforeAll, describe, expect, it } from "vitest";

import { end, useWay } from "../support/way.ts";

describe("an agent at work", () => {
  const way = useWay();
  let agent: Awaited<ReturnType<ReturnType<typeof way>["startAgent"]>>;
  let port = 0;
  /** Requests that arrived and are not answered yet. */
  const waiting: (() => void)[] = [];

  beforeAll(async () => {
    const server = createServer((_request, response) => {
      waiting.push(() => void response.end("late"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    await way().startWorker();
    agent = await way().startAgent("at-work");
    await until(agent.id, ({ status }) => status === "active");
    return () => {
      server.closeAllConnections();
      server.close();
    };
  });

  type Agent = Awaited<ReturnType<typeof get>>;
  const get = async (id: string) =>
    await (await way().admin.agents[":id"].$get({ param: { id } })).json();
  const until = (id: string, done: (value: Agent) => boolean) => way().poll(() => get(id), done);
  const ask = async (type: "tcp" | "http", agentId: string) => {
    const locations = [{ agentId }];
    const options = type === "http" ? { timeoutMs: 20_000 } : {};
    const json = { type, target: "127.0.0.1", port, locations, options };
    const response = await way().admin.checks.$post({ json });
    expect(response.status).toBe(202);
    return (await response.json()).id;
  };
  const finished = (id: string) =>
    way().poll(async () => await (await way().admin.checks[":id"].$get({ param: { id } })).json());
  const expectAnswered = async (ids: readonly string[]) => {
    for (const id of ids) {
      expect(await finished(id)).toMatchObject({ expected: 1, answered: 1, missing: [] });
    }
  };
  const secretIn = async (file: string) =>
    (JSON.parse(await readFile(file, "utf8")) as { agentSecret: string }).agentSecret;
  const sessionStatus = async (secret: string) =>
    (await way().api(secret).agents.session.$post()).status;

  it("[AGT-26] [PRB-12] W-03 keeps to what the platform leaves of its own list, behind names too", async () => {
    way().platform.agentAllow = parseAllowList("10.0.0.0/8,169.254.0.0/16");
    const narrowed = await way().startAgent("narrowed");
    way().platform.agentAllow = undefined;
    await until(narrowed.id, ({ status }) => status === "active");
    const refused = await finished(await ask("tcp", narrowed.id));
    expect(refused.results[0]).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
    const carriedOut = await finished(await ask("tcp", agent.id));
    expect(carriedOut.results[0]).toMatchObject({ status: "finished" });
    await end(narrowed.child, "SIGTERM");
  });

  it("[AGT-16] rotates under a stream of checks, restarts, and not one is lost", async () => {
    const old = await secretIn(agent.state);
    const asked: string[] = [];
    const stream = new AbortController();
    const streaming = (async () => {
      while (!stream.signal.aborted) asked.push(await ask("tcp", agent.id));
    })();
    const more = async (count: number) => {
      const enough = asked.length + count;
      await way().poll(
        () => Promise.resolve({ status: "", length: asked.length }),
        ({ length }) => length >= enough,
      );
    };

    await more(30);
    await way().admin.agents[":id"].rotate.$post({ param: { id: agent.id } });
    expect(await get(agent.id)).toMatchObject({ rotating: true });
    await more(30);
    await end(agent.child, "SIGKILL");
    await more(20);
    agent.child = await way().start("agent", ["--url", way().url, "--state", agent.state]);
    await until(agent.id, ({ rotating }) => !rotating);
    await more(30);
    stream.abort();
    await streaming;

    await expectAnswered(asked);
    expect(await secretIn(agent.state)).not.toBe(old);
    expect(await sessionStatus(old)).toBe(401);
  }, 90_000);

  it("[AGT-6] NC-B-41 an emptied broker is filled again, and worker and agent come back by themselves", async () => {
    const { api, vhost } = way().vhost;
    await api.call("DELETE", ["users", brokerUsername(agent.id)]);
    await api.call("DELETE", ["vhosts", vhost]);
    await reconcileBroker(way().system());
    await expectAnswered([await ask("tcp", agent.id)]);
  });

  it("[AGT-24] NC-B-42 answers what runs when it is told to stop, and gives back what does not", async () => {
    const { id, enrollmentToken } = await way().createAgent("drains");
    const state = join(dirname(agent.state), "drains.json");
    const args = ["--url", way().url, "--token", enrollmentToken, "--state", state];
    const child = await way().start("agent", [...args, "--concurrency", "2"]);
    await until(id, ({ status }) => status === "active");
    const asked = await Promise.all(Array.from({ length: 6 }, () => ask("http", id)));
    const arrived = async (count: number) =>
      await way().poll(
        () => Promise.resolve({ status: "", length: waiting.length }),
        ({ length }) => length === count,
      );
    await arrived(2);

    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const answer of waiting.splice(0)) answer();
    expect(await gone).toEqual([0, null]);
    expect(waiting).toEqual([]);
    const answered = async () => {
      const reads = asked.map((one) => way().admin.checks[":id"].$get({ param: { id: one } }));
      const checks = await Promise.all((await Promise.all(reads)).map((one) => one.json()));
      return { status: "", length: checks.filter(({ status }) => status === "finished").length };
    };
    await way().poll(answered, ({ length }) => length === 2);

    await way().start("agent", ["--url", way().url, "--state", state]);
    await arrived(4);
    for (const answer of waiting.splice(0)) answer();
    await expectAnswered(asked);
  });
});
