import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findStateFile, readCredential, saveCredential, stateFolder } from "./credential.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netcheck-agent-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const mine = { platformUrl: "https://a/api/v1", agentId: "1", agentSecret: "s" };

describe("the state file", () => {
  it("is written whole, for its owner only, in a folder of its own", async () => {
    const file = join(folder, "deep", "er", "agent.json");
    await saveCredential(file, { ...mine, agentSecret: "old" });
    await saveCredential(file, mine);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readCredential(file)).toEqual(mine);
    expect((await stat(join(folder, "deep"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, "deep", "er"))).toEqual(["agent.json"]);
  });

  it("is refused where others can read it, and left as it is", async () => {
    const file = join(folder, "open.json");
    for (const mode of [0o644, 0o640, 0o602]) {
      await writeFile(file, JSON.stringify(mine));
      await chmod(file, mode);
      await expect(readCredential(file)).rejects.toThrow(
        expect.objectContaining({ exitCode: 2, message: expect.stringContaining("chmod 600") }),
      );
      expect((await stat(file)).mode & 0o777).toBe(mode);
    }
    await chmod(file, 0o600);
    expect(await readCredential(file)).toEqual(mine);
  });

  it("is nothing where it does not exist, and names itself where it is something else", async () => {
    expect(await readCredential(join(folder, "none.json"))).toBeUndefined();
    for (const text of ["", "{}", "[", '{"platformUrl":1}']) {
      const file = join(folder, "broken.json");
      await writeFile(file, text, { mode: 0o600 });
      await expect(readCredential(file)).rejects.toThrow(`${file} is not a readable state file`);
      expect(await readFile(file, "utf8")).toBe(text);
    }
  });

  it("says where it cannot be written", async () => {
    await writeFile(join(folder, "flat"), "");
    const saving = saveCredential(join(folder, "flat", "agent.json"), mine);
    await expect(saving).rejects.toThrow("cannot be written");
  });
});

describe("without --state", () => {
  it("each platform and token has its own file", async () => {
    const { platformUrl } = mine;
    const files = await Promise.all([
      findStateFile(folder, { platformUrl, token: "token-one" }),
      findStateFile(folder, { platformUrl, token: "token-two" }),
      findStateFile(folder, { platformUrl: "https://b/api/v1", token: "token-one" }),
      findStateFile(folder, { platformUrl, token: "token-one" }),
    ]);
    expect(new Set(files).size).toBe(3);
    expect(files.join()).not.toContain("token-one");
  });

  it("and without a token, the one agent of the platform is found, or asked for", async () => {
    const dir = join(folder, "several");
    const without = (platformUrl: string) => findStateFile(dir, { platformUrl, token: undefined });
    await expect(without(mine.platformUrl)).rejects.toThrow("--token");
    const file = await findStateFile(dir, { platformUrl: mine.platformUrl, token: "token-one" });
    await saveCredential(file, mine);
    expect(await without(mine.platformUrl)).toBe(file);
    await expect(without("https://b/api/v1")).rejects.toThrow("--token");
    await saveCredential(await findStateFile(dir, { platformUrl: "x", token: "token-two" }), mine);
    await expect(without(mine.platformUrl)).rejects.toThrow("Several agents");
  });

  it("it lies where the user's programs keep their state", () => {
    expect(stateFolder({ XDG_STATE_HOME: "/s" })).toBe(join("/s", "netcheck"));
    expect(stateFolder({})).toContain(join(".local", "state", "netcheck"));
  });
});
