import { management, managementLogin } from "@netcheck/adapters/rabbit-management";
import { secretVersions, type SecretVersions } from "@netcheck/adapters/secret-versions";
import { rotatedBrokerAdmin } from "@netcheck/api/rotated-broker-admin";
import { rotatedKeys } from "@netcheck/api/rotated-keys";
import { rotate, type Rotation } from "@netcheck/api/rotation";
import { generateTokenKeys, openTokens, TokenKeys } from "@netcheck/identity/token";
import { newId } from "@netcheck/kernel/id";
import { startSecrets } from "@netcheck/local/secrets-stand-in";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const KEYS = "arn:keys";
const BROKER = "arn:broker";

let secrets: Awaited<ReturnType<typeof startSecrets>>;
let admin: URL;

beforeAll(async () => {
  admin = new URL(process.env["AMQP_MANAGEMENT_URL"] ?? "");
  // An administrator of this file's own, for the stack's is everybody's.
  const first = new URL(admin);
  first.username = "rotated";
  first.password = "first-password";
  const user = { password: "first-password", tags: "administrator" };
  await call(admin.href, "PUT", ["users", "rotated"], user);
  secrets = await startSecrets({
    [KEYS]: JSON.stringify(await generateTokenKeys()),
    [BROKER]: first.href,
  });
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "nobody");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "nobody");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const name of ["rotated", "rotated-a", "rotated-b"])
    await call(admin.href, "DELETE", ["users", name], undefined, [404]);
  await secrets.close();
});

const call = (url: string, ...args: Parameters<ReturnType<typeof management>["call"]>) =>
  management(managementLogin(url), { callMs: 5_000, totalMs: 20_000 }).call(...args);

function begin(id: string) {
  const token = crypto.randomUUID();
  secrets.announce(id, token);
  const versions = secretVersions(id);
  const step = (
    Step: (typeof STEPS)[number],
    rotation: Rotation,
    over: SecretVersions = versions,
  ) => rotate({ Step, SecretId: id, ClientRequestToken: token }, over, rotation);
  return { token, versions, step };
}

const openKeys = async (text: string | undefined) =>
  await openTokens({
    keys: TokenKeys.parse(JSON.parse(text ?? "")),
    issuer: "test",
    lifetimeSeconds: 900,
  });

describe("the key set's rotation", () => {
  const sign = async (text: string | undefined) => {
    const now = new Date();
    const claims = { personId: newId<"person">(now), sessionId: newId<"session">(now) };
    return (await openKeys(text)).sign(claims, now);
  };

  it("never leaves a token that somebody refuses, whichever set each has in hand", async () => {
    const sets = [secrets.current(KEYS)];
    for (let round = 0; round < 3; round++) {
      const { step } = begin(KEYS);
      for (const Step of STEPS) await step(Step, rotatedKeys);
      const [before, after] = [sets.at(-1), secrets.current(KEYS)];
      expect(after).not.toBe(before);
      for (const [signer, verifier] of [
        [before, after],
        [after, before],
      ])
        await (await openKeys(verifier)).verify(await sign(signer), new Date());
      sets.push(after);
    }
    const firstToken = await sign(sets[0]);
    await expect((await openKeys(sets[3])).verify(firstToken, new Date())).rejects.toThrow();
  });

  it("publishes a third key before it signs where there are two", async () => {
    const { keys } = await generateTokenKeys();
    const two = JSON.stringify({ keys: keys.slice(0, 2) });
    const three = await rotatedKeys.next(two);
    expect(TokenKeys.parse(JSON.parse(three)).keys.slice(0, 2)).toEqual(keys.slice(0, 2));
    await (await openKeys(two)).verify(await sign(three), new Date());
  });

  it("does every step twice as well as once", async () => {
    const { step, versions, token } = begin(KEYS);
    await step("createSecret", rotatedKeys);
    const made = await versions.pending(token);
    await step("createSecret", rotatedKeys);
    expect(await versions.pending(token)).toBe(made);
    for (const Step of STEPS.slice(1)) {
      await step(Step, rotatedKeys);
      await step(Step, rotatedKeys);
    }
    for (const Step of STEPS) await step(Step, rotatedKeys);
    expect(secrets.current(KEYS)).toBe(made);
  });

  it("refuses a version that was not announced, and steps out of order", async () => {
    const { versions, step } = begin(KEYS);
    const stranger = { SecretId: KEYS, ClientRequestToken: crypto.randomUUID() };
    await expect(
      rotate({ Step: "createSecret", ...stranger }, versions, rotatedKeys),
    ).rejects.toThrow("not set for rotation");
    for (const Step of STEPS.slice(1))
      await expect(step(Step, rotatedKeys)).rejects.toThrow("has not been made");
  });

  it.each(["stages", "current", "pending", "putPending", "makeCurrent"] as const)(
    "ends well after it died in %s, before the call or after it",
    async (method) => {
      for (const when of ["before", "after"]) {
        const { step, versions } = begin(KEYS);
        const before = secrets.current(KEYS);
        let armed = true;
        const die = () => {
          if (!armed) return;
          armed = false;
          throw new Error("died");
        };
        const real = versions[method] as (...all: string[]) => Promise<unknown>;
        const dying: SecretVersions = {
          ...versions,
          [method]: async (...args: string[]) => {
            if (when === "before") die();
            const result = await real(...args);
            if (when === "after") die();
            return result;
          },
        };
        for (const Step of STEPS) {
          await step(Step, rotatedKeys, dying).catch(() => step(Step, rotatedKeys, dying));
        }
        expect(armed).toBe(false);
        expect(secrets.current(KEYS)).not.toBe(before);
        await sign(secrets.current(KEYS));
      }
    },
  );
});

describe("the functions that Secrets Manager calls", () => {
  it("rotate the secret they are made for, and no other", async () => {
    vi.stubEnv("SECRET_ARN", KEYS);
    const { tokenKeys, brokerAdmin } = await import("@netcheck/api/lambda-rotation");
    const token = crypto.randomUUID();
    const event = { Step: "createSecret", SecretId: KEYS, ClientRequestToken: token };
    await expect(tokenKeys({ ...event, SecretId: BROKER })).rejects.toThrow("another secret");
    await expect(brokerAdmin({ ...event, Step: "dropSecret" })).rejects.toThrow();
    secrets.announce(KEYS, token);
    await tokenKeys(event);
    expect(await secretVersions(KEYS).pending(token)).toContain("Ed25519");
  });
});

describe("the broker administrator's rotation", () => {
  it("lets the one in use go on while the other is made, and back again", async () => {
    const seen = [secrets.current(BROKER) ?? ""];
    for (const expected of ["rotated-b", "rotated-a", "rotated-b"]) {
      const { step } = begin(BROKER);
      for (const Step of STEPS) {
        await step(Step, rotatedBrokerAdmin);
        await step(Step, rotatedBrokerAdmin);
        await call(seen.at(-1) ?? "", "GET", ["whoami"]);
      }
      const current = secrets.current(BROKER) ?? "";
      expect(new URL(current).username).toBe(expected);
      await call(current, "GET", ["whoami"]);
      await call(current, "GET", ["users"]);
      seen.push(current);
    }
    expect(new Set(seen.map((url) => new URL(url).password)).size).toBe(4);
    await expect(call(seen[1] ?? "", "GET", ["whoami"])).rejects.toThrow("401");
  });

  it("does not become current before it works", async () => {
    const before = secrets.current(BROKER);
    const { step } = begin(BROKER);
    await step("createSecret", rotatedBrokerAdmin);
    await expect(step("testSecret", rotatedBrokerAdmin)).rejects.toThrow("401");
    await expect(step("finishSecret", rotatedBrokerAdmin)).rejects.toThrow("401");
    expect(secrets.current(BROKER)).toBe(before);
  });
});

describe("a rotation that has just been configured", () => {
  it.each([
    [KEYS, rotatedKeys],
    [BROKER, rotatedBrokerAdmin],
  ])(
    "[KRN-52] passes the test that %s is put to, with the value that is there",
    async (id, rotation) => {
      const before = secrets.current(id) ?? "";
      const { step, versions, token } = begin(id);
      await versions.putPending(token, before);
      await step("testSecret", rotation);
      expect(secrets.current(id)).toBe(before);
    },
  );
});
