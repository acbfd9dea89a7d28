import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { BROKER } from "../../../test/support/broker.ts";
import { readCredential, saveCredential } from "./credential.ts";
import { createEnrolment } from "./enrolment.ts";
import { setLogLevel } from "./log.ts";
import type { PlatformAnswer } from "./platform.ts";

const platformUrl = "https://a/api/v1";
const signal = AbortSignal.timeout(10_000);
let folder = "";
let stateFile = "";

beforeAll(() => {
  setLogLevel("ERROR");
  // Every backoff of nothing.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "netcheck-agent-"));
  stateFile = join(folder, "agent.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function answered(agentSecret?: string, broker: object = {}): PlatformAnswer {
  return {
    session: {
      agentId: "1",
      ...(agentSecret !== undefined && { agentSecret }),
      serverTime: "2026-11-20T15:00:00Z",
      heartbeatIntervalSeconds: 10,
      broker: { ...BROKER, ...broker },
    },
  };
}

const status = (code: number): PlatformAnswer => ({ status: code, reason: "no", retryAfterMs: 0 });

/** An agent whose platform gives these answers, one after the other, and what it was asked. */
async function agent(
  answers: PlatformAnswer[],
  token?: string,
  insecure = false,
  onAsked: () => Promise<unknown> = () => Promise.resolve(),
) {
  const asked: string[] = [];
  const next = async (what: string) => {
    asked.push(what);
    await onAsked();
    const answer = answers.shift();
    if (!answer) throw new Error(`${what} was not expected`);
    return answer;
  };
  const platform = {
    register: ({ token: given }: { token: string }) => next(`register ${given}`),
    openSession: (secret: string) => next(`session ${secret}`),
  };
  const enrolment = await createEnrolment({ platformUrl, token, stateFile, insecure }, platform, [
    "tcp",
  ]);
  return { asked, open: (stop = signal) => enrolment.open(stop) };
}

const saved = (agentSecret: string) =>
  saveCredential(stateFile, { platformUrl, agentId: "1", agentSecret });

describe("an agent becomes someone", () => {
  it("by its token, keeps its secret, and spends the token at once", async () => {
    const { asked, open } = await agent([answered("s1"), answered()], "t");
    expect(await open()).toMatchObject({ agentId: "1" });
    expect(asked).toEqual(["register t", "session s1"]);
    expect(await readCredential(stateFile)).toMatchObject({ platformUrl, agentSecret: "s1" });
  });

  it("again by its secret alone", async () => {
    await saved("s1");
    const { asked, open } = await agent([answered()]);
    await open();
    expect(asked).toEqual(["session s1"]);
  });

  it("[AGT-16] keeps a new secret before it uses it, and uses it at once", async () => {
    await saved("s1");
    const kept: unknown[] = [];
    const { asked, open } = await agent([answered("s2"), answered()], undefined, false, async () =>
      kept.push((await readCredential(stateFile))?.agentSecret),
    );
    await open();
    expect(asked).toEqual(["session s1", "session s2"]);
    expect(kept).toEqual(["s1", "s2"]);
  });

  it("[AGT-16] goes on with a new secret whose first use was not answered", async () => {
    await saved("s1");
    const { asked, open } = await agent([answered("s2"), status(503), answered()]);
    await open();
    expect(asked).toEqual(["session s1", "session s2", "session s2"]);
    expect(await readCredential(stateFile)).toMatchObject({ agentSecret: "s2" });
  });

  it("anew by its token where its secret is not known any more", async () => {
    await saved("s1");
    const { asked, open } = await agent([status(401), answered("s2"), answered()], "t2");
    await open();
    expect(asked).toEqual(["session s1", "register t2", "session s2"]);
  });

  it("as soon as the platform is back", async () => {
    const away = { reason: "ECONNREFUSED", retryAfterMs: 0 };
    const { asked, open } = await agent(
      [away, status(503), answered("s"), status(429), answered()],
      "t",
    );
    await open();
    expect(asked).toEqual(["register t", "register t", "register t", "session s", "session s"]);
  });
});

describe("an agent gives up", () => {
  const REVOKED = "This agent was revoked or deleted; create a new one and start with its token.";

  it("when it was revoked, without a token or with a spent one", async () => {
    await saved("s1");
    const revoked = { message: REVOKED, exitCode: 3 };
    await expect((await agent([status(401)])).open()).rejects.toMatchObject(revoked);
    const spent = await agent([status(401), status(401)], "t");
    await expect(spent.open()).rejects.toMatchObject(revoked);
  });

  it("when it is revoked while it runs, and does not try its old token", async () => {
    const { asked, open } = await agent([answered("s"), answered(), status(401)], "t");
    await open();
    await expect(open()).rejects.toMatchObject({ message: REVOKED, exitCode: 3 });
    expect(asked).toHaveLength(3);
  });

  it("when its token is not taken", async () => {
    const { open } = await agent([status(401)], "t");
    await expect(open()).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/token/),
    });
  });

  it.each([404, 422])("when the address or the program is wrong: %d", async (code) => {
    const { open } = await agent([status(code)], "t");
    await expect(open()).rejects.toMatchObject({ exitCode: 1 });
  });

  it("when it has neither token nor secret, or another platform's", async () => {
    await expect(agent([])).rejects.toMatchObject({ exitCode: 2 });
    await saveCredential(stateFile, {
      platformUrl: "https://b/api/v1",
      agentId: "1",
      agentSecret: "s",
    });
    await expect(agent([], "t")).rejects.toThrow("belongs to an agent of https://b/api/v1");
  });

  it("when the broker is unencrypted and elsewhere, but for --insecure", async () => {
    const plain = () => [answered("s", { tls: false }), answered(undefined, { tls: false })];
    await expect((await agent(plain(), "t")).open()).rejects.toThrow("--insecure");
    await saved("s");
    const insecure = await agent([answered(undefined, { tls: false })], undefined, true);
    expect(await insecure.open()).toMatchObject({ broker: { tls: false } });
    const loopback = await agent([answered(undefined, { tls: false, host: "127.0.0.1" })]);
    expect(await loopback.open()).toMatchObject({ broker: { tls: false } });
  });

  it("without a word when it is told to stop", async () => {
    const { open } = await agent([], "t");
    expect(await open(AbortSignal.abort())).toBeUndefined();
  });
});
