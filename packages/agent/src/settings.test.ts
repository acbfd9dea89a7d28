import { isAddressAllowed } from "@netcheck/wire/address";
import { describe, expect, it } from "vitest";

import { readSettings, type Settings } from "./settings.ts";

function settings(argv: string[], env: NodeJS.ProcessEnv = {}): Settings {
  const read = readSettings(argv, env);
  if (read === "help") throw new Error("help");
  return read;
}

describe("settings", () => {
  it.each([
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1"],
    ["http://localhost:8080/", "http://localhost:8080/api/v1"],
    ["https://n.example.com/api/v1", "https://n.example.com/api/v1"],
    ["https://n.example.com/api/v1/", "https://n.example.com/api/v1"],
    ["https://n.example.com/netcheck/?x=1#y", "https://n.example.com/netcheck/api/v1"],
    ["http://[::1]:1/api/v1", "http://[::1]:1/api/v1"],
  ])("%s is the platform at %s", (url, platformUrl) => {
    expect(settings(["--url", url]).platformUrl).toBe(platformUrl);
  });

  it("takes flags over the environment, and an empty variable for none", () => {
    const env = { NETCHECK_URL: "https://b", NETCHECK_TOKEN: "t", NETCHECK_STATE: "" };
    expect(settings(["--url", "https://a", "--name", "ignored"], env)).toMatchObject({
      platformUrl: "https://a/api/v1",
      token: "t",
      stateFile: undefined,
      concurrency: 50,
      insecure: false,
      logLevel: "INFO",
    });
  });

  it("reaches no special network unless NETCHECK_ALLOW says so", () => {
    expect(isAddressAllowed("127.0.0.1", settings(["--url", "https://a"]).allow)).toBe(false);
    const env = { NETCHECK_ALLOW: "127.0.0.0/8" };
    expect(isAddressAllowed("127.0.0.1", settings(["--url", "https://a"], env).allow)).toBe(true);
  });

  it("accepts an unencrypted platform elsewhere only with --insecure", () => {
    expect(() => settings(["--url", "http://n.example.com"])).toThrow("--insecure");
    expect(() => settings(["--url", "http://127.evil.example"])).toThrow("--insecure");
    expect(settings(["--url", "http://n.example.com", "--insecure"]).insecure).toBe(true);
  });

  it.each<[string, string[], NodeJS.ProcessEnv]>([
    ["NETCHECK_URL", [], {}],
    ["not an address", ["--url", "n.example.com"], {}],
    ["not an address", ["--url", "ftp://n.example.com"], {}],
    ["name or password", ["--url", "https://u:p@n.example.com"], {}],
    ["--concurrency", ["--url", "https://a", "--concurrency", "0"], {}],
    ["--concurrency", ["--url", "https://a", "--concurrency", "many"], {}],
    ["--colour", ["--url", "https://a", "--colour"], {}],
    ['NETCHECK_ALLOW: "10.0.0.0/40"', ["--url", "https://a"], { NETCHECK_ALLOW: "10.0.0.0/40" }],
    ["LOG_LEVEL", ["--url", "https://a"], { LOG_LEVEL: "LOUD" }],
  ])("names what is wrong: %s", (text, argv, env) => {
    expect(() => settings(argv, env)).toThrow(text);
    expect(() => settings(argv, env)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it("shows its usage when asked", () => expect(readSettings(["--help"], {})).toBe("help"));
});
