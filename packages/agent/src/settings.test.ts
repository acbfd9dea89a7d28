import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isAddressAllowed } from "@netcheck/wire/address";
import { afterAll, describe, expect, it } from "vitest";

import { OPTIONS, optionNames, usage } from "./option.ts";
import { readCommand, type Settings } from "./settings.ts";

function settings(argv: string[], env: NodeJS.ProcessEnv = {}): Settings {
  const command = readCommand(argv, env);
  if (command.kind !== "run") throw new Error(command.kind);
  return command.settings;
}

const folder = mkdtempSync(join(tmpdir(), "netcheck-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

function configFile(...lines: string[]) {
  const file = join(folder, "agent.env");
  writeFileSync(file, lines.join("\n"));
  return file;
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
    expect(settings(["--url", "https://a"], env)).toMatchObject({
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
    ["--insecure", ["--url", "https://a"], { NETCHECK_INSECURE: "perhaps" }],
    ["--region", ["--url", "https://a", "--region", "x".repeat(65)], {}],
    ["settings file cannot be read", ["--config", "/no/such/file"], {}],
    ["Unexpected argument", ["--url", "https://a", "extra"], {}],
    ["not an address", ["--url", "n.example.com"], {}],
    ["not an address", ["--url", "ftp://n.example.com"], {}],
    ["name or password", ["--url", "https://u:p@n.example.com"], {}],
    ["--concurrency", ["--url", "https://a", "--concurrency", "0"], {}],
    ["--concurrency", ["--url", "https://a", "--concurrency", "many"], {}],
    ["--colour", ["--url", "https://a", "--colour"], {}],
    ['NETCHECK_ALLOW): "10.0.0.0/40"', ["--url", "https://a"], { NETCHECK_ALLOW: "10.0.0.0/40" }],
    ["LOG_LEVEL", ["--url", "https://a"], { LOG_LEVEL: "LOUD" }],
  ])("names what is wrong: %s", (text, argv, env) => {
    expect(() => settings(argv, env)).toThrow(text);
    expect(() => settings(argv, env)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it("takes a flag over a variable, and a variable over the settings file", () => {
    const file = configFile("NETCHECK_URL=https://file", "NETCHECK_REGION=file", "LOG_LEVEL=ERROR");
    const env = { NETCHECK_CONFIG: file, NETCHECK_URL: "https://env", NETCHECK_REGION: "env" };
    expect(settings(["--url", "https://flag"], env)).toMatchObject({
      platformUrl: "https://flag/api/v1",
      region: "env",
      logLevel: "ERROR",
    });
    const other = configFile("NETCHECK_URL=https://other");
    expect(settings(["--config", other], { NETCHECK_CONFIG: "/none" }).platformUrl).toBe(
      "https://other/api/v1",
    );
  });

  it("an empty allow-list in the environment is an answer: the file does not widen it", () => {
    const file = configFile("NETCHECK_URL=https://a", "NETCHECK_ALLOW=127.0.0.0/8");
    expect(settings(["--config", file]).allow).toHaveLength(1);
    expect(settings(["--config", file], { NETCHECK_ALLOW: "" }).allow).toHaveLength(0);
  });

  it("each can be given in all three ways, to the same effect", () => {
    const examples: Record<string, string> = {
      url: "https://a",
      token: "nce_x",
      state: "/s.json",
      concurrency: "7",
      allow: "10.0.0.0/8",
      region: "north",
      insecure: "true",
      "log-level": "DEBUG",
    };
    for (const name of optionNames) {
      const value = examples[name] ?? "";
      const { type, env } = OPTIONS[name];
      const base: string[] = name === "url" ? [] : ["--url", "https://a"];
      const flag = settings([
        ...base,
        ...(type === "boolean" ? [`--${name}`] : [`--${name}`, value]),
      ]);
      expect(settings(base, { [env]: value }), name).toEqual(flag);
      expect(settings([...base, "--config", configFile(`${env}=${value}`)]), name).toEqual(flag);
      if (name !== "url") expect(flag, name).not.toEqual(settings(base));
    }
  });

  it("names each of them in its usage, when asked", () => {
    expect(readCommand(["--help"], {})).toEqual({ kind: "help" });
    expect(readCommand(["--version", "--url", "nonsense"], {})).toEqual({ kind: "version" });
    for (const name of optionNames) {
      expect(usage()).toContain(`--${name} `);
      expect(usage()).toContain(` ${OPTIONS[name].env} `);
    }
    expect(
      Math.max(
        ...usage()
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(100);
  });

  it("a self-test needs no platform, and --json belongs to it", () => {
    expect(readCommand(["--self-test", "--json"], {})).toMatchObject({
      kind: "self-test",
      json: true,
      settings: { platformUrl: undefined, concurrency: 50 },
    });
    expect(() => readCommand(["--json", "--url", "https://a"], {})).toThrow("--self-test");
  });
});
