import { generateTokenKeys } from "@netcheck/identity/token";
import { readSettings } from "@netcheck/kernel/settings";
import { describe, expect, it } from "vitest";

import { ALL } from "./contexts.ts";
import { openSettings, settingsOf } from "./settings.ts";

const Settings = await settingsOf();

describe("the platform's settings", async () => {
  const needed = {
    DATABASE_URL: "postgres://127.0.0.1/netcheck",
    REDIS_URL: "redis://127.0.0.1",
    AMQP_MANAGEMENT_URL: "http://127.0.0.1:15672",
    AGENT_AMQP_URL: "amqp://127.0.0.1",
    PUBLIC_URL: "https://watch.example.com",
    TOKEN_KEYS: JSON.stringify(await generateTokenKeys()),
  };
  const read = (more: Record<string, string> = {}) =>
    readSettings(Settings, { ...needed, ...more });

  it.each(Object.keys(needed))("[IDN-37] without %s the start names it", (name) => {
    const { [name]: _, ...rest } = needed as Record<string, string>;
    expect(() => readSettings(Settings, rest)).toThrow(`${name}:`);
  });

  it("[IDN-37] ALLOWED_ORIGINS is a list of origins", () => {
    expect(read()["ALLOWED_ORIGINS"]).toEqual([]);
    expect(read({ ALLOWED_ORIGINS: "" })["ALLOWED_ORIGINS"]).toEqual([]);
    const ALLOWED_ORIGINS = "https://a.example.com, http://localhost:5173";
    expect(read({ ALLOWED_ORIGINS })["ALLOWED_ORIGINS"]).toEqual([
      "https://a.example.com",
      "http://localhost:5173",
    ]);
  });

  it.each(["*", "a.example.com", "https://a.example.com/", "https://a.example.com/x", "null"])(
    "[IDN-37] ALLOWED_ORIGINS refuses %s by name",
    (origin) => {
      expect(() => read({ ALLOWED_ORIGINS: `https://b.example.com,${origin}` })).toThrow(
        `ALLOWED_ORIGINS: "${origin}" is not an origin`,
      );
    },
  );

  it.each([
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "proxy.example.com"],
    ["TOKEN_KEYS", "not json"],
    ["TOKEN_KEYS", '{"keys":[]}'],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "0"],
    ["REFRESH_TOKEN_EXPIRE_DAYS", "soon"],
    ["PUBLIC_URL", "watch.example.com"],
  ])("[IDN-37] %s refuses %s by name", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name);
  });

  it("[IDN-37] all that is missing is named at once, everybody's and the contexts' own", async () => {
    const names = /DATABASE_URL:.*AMQP_MANAGEMENT_URL:/s;
    await expect(openSettings({})).rejects.toThrow(names);
  });

  it.each(ALL)("of $name are read without the broker's, unless they are agents'", async (one) => {
    const { AMQP_MANAGEMENT_URL: _broker, ...given } = needed;
    const opened = openSettings(given, { contexts: [one] });
    if (one.name === "agents") await expect(opened).rejects.toThrow("AMQP_MANAGEMENT_URL:");
    else await opened;
  });

  it.each(ALL)("may be withheld from a function of $name that does not read them", async (one) => {
    const { TOKEN_KEYS: _keys, AMQP_MANAGEMENT_URL: _broker, ...given } = needed;
    const withheld = ["TOKEN_KEYS", "AMQP_MANAGEMENT_URL"];
    const { settings } = await openSettings(given, { contexts: [one], withheld });
    expect(settings.DATABASE_URL).toBe(needed.DATABASE_URL);
  });
});
