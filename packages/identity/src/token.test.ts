import { newId } from "@netcheck/kernel/id";
import { describe, expect, it } from "vitest";

import { generateTokenKeys, openTokens, TokenKeys } from "./token.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const IDS = { personId: newId<"person">(NOW), sessionId: newId<"session">(NOW) };

type KeyList = Awaited<ReturnType<typeof generateTokenKeys>>["keys"];

const open = (keys: readonly KeyList[number][]) =>
  openTokens({
    keys: TokenKeys.parse({ keys }),
    issuer: "https://netcheck.test",
    lifetimeSeconds: 900,
  });

describe("the key set", async () => {
  const [a, b, c] = (await generateTokenKeys()).keys;
  const [d] = (await generateTokenKeys()).keys;
  if (!c) throw new Error("A fresh set has three keys.");

  it("[IDN-35] a token of either of two keys is good, and the header says which signed", async () => {
    const tokens = await open([a, b]);
    const other = await open([b, a]);
    for (const token of [await tokens.sign(IDS, NOW), await other.sign(IDS, NOW)]) {
      expect(await tokens.verify(token, NOW)).toMatchObject({ sid: IDS.sessionId });
    }
    expect(tokens.jwks.keys.map(({ kid }) => kid)).toEqual([a.kid, b.kid]);
  });

  it.each([
    ["two", [a, b], [b, c]],
    ["three", [a, b, c], [b, c, d]],
  ])(
    "[IDN-35] rotating a set of %s leaves what it gave out until it expires",
    async (_, was, is) => {
      const before = await open(was);
      const after = await open(is);
      const token = await before.sign(IDS, NOW);
      const later = new Date(NOW.getTime() + 899_000);
      expect(await after.verify(token, later)).toMatchObject({ sub: IDS.personId });
      await expect(after.verify(token, new Date(NOW.getTime() + 901_000))).rejects.toThrow(
        "expired",
      );
      expect(after.isCsrfToken(IDS.sessionId, before.csrfToken(IDS.sessionId))).toBe(true);
      expect(await after.sign(IDS, NOW)).not.toBe(token);
    },
  );

  it("[IDN-35] of a set of three an instance that was not told yet knows the next key", async () => {
    const before = await open([a, b, c]);
    const after = await open([b, c, d]);
    expect(await before.verify(await after.sign(IDS, NOW), NOW)).toMatchObject({
      sid: IDS.sessionId,
    });
  });

  it("[IDN-35] what a key signed is worth nothing once the key is gone", async () => {
    const before = await open([a, b]);
    const after = await open([c, d]);
    await expect(after.verify(await before.sign(IDS, NOW), NOW)).rejects.toThrow("not valid");
    expect(after.isCsrfToken(IDS.sessionId, before.csrfToken(IDS.sessionId))).toBe(false);
  });

  it("[IDN-15] a csrf token is of one session, and no nonsense passes for it", async () => {
    const tokens = await open([a, b]);
    const token = tokens.csrfToken(IDS.sessionId);
    expect(tokens.isCsrfToken(IDS.sessionId, token)).toBe(true);
    expect(tokens.isCsrfToken(newId<"session">(NOW), token)).toBe(false);
    for (const nonsense of ["", "x", token.slice(1), `${token}AAAA`]) {
      expect(tokens.isCsrfToken(IDS.sessionId, nonsense)).toBe(false);
    }
  });

  it("[IDN-35] one key alone is refused", () => {
    expect(TokenKeys.safeParse({ keys: [a] }).success).toBe(false);
  });
});
