import { newId } from "@netcheck/kernel/id";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";

import { itReadsSettings } from "../../../test/support/setting-rows.ts";
import { partOf, Settings } from "./settings.ts";
import { generateTokenKeys } from "./token.ts";

describe("the settings of identity", async () => {
  const keySet = await generateTokenKeys();
  const TOKEN_KEYS = JSON.stringify(keySet);
  const kids = keySet.keys.map(({ kid }) => ({ kid }));

  itReadsSettings(
    { Settings, partOf },
    {
      PUBLIC_URL: {
        written: "https://n.example",
        seen: { origins: expect.arrayContaining(["https://n.example"]), secureCookies: true },
        refused: "netcheck",
      },
      TOKEN_KEYS: {
        written: TOKEN_KEYS,
        seen: { tokens: { jwks: { keys: kids } } },
        refused: '{"keys":[]}',
      },
      ACCESS_TOKEN_EXPIRE_MINUTES: {
        written: "3",
        seen: { tokens: { lifetimeSeconds: 180 } },
        refused: "61",
      },
      REFRESH_TOKEN_EXPIRE_DAYS: {
        written: "2",
        seen: { sessionLifetimeSeconds: 172_800 },
        refused: "-1",
      },
      AUDIT_RETENTION_DAYS: { written: "90", seen: { auditRetentionDays: 90 }, refused: "29" },
      ALLOWED_ORIGINS: {
        written: "https://a.example, https://b.example",
        seen: { origins: expect.arrayContaining(["https://a.example", "https://b.example"]) },
        refused: "watch.example.com",
      },
    },
  );

  it("[IDN-37] a token says who issued it, and is good for as long as the setting says", async () => {
    const given = { PUBLIC_URL: "https://n.example", ACCESS_TOKEN_EXPIRE_MINUTES: "3" };
    const { tokens } = await partOf(Settings.parse({ TOKEN_KEYS, ...given }));
    const now = new Date();
    const claims = { personId: newId<"person">(now), sessionId: newId<"session">(now) };
    const { iss, iat = 0, exp = 0 } = decodeJwt(await tokens.sign(claims, now));
    expect([iss, exp - iat]).toEqual(["https://n.example", 180]);
  });
});
