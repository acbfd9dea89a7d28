import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { openHome } from "./home.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "netcheck-home-"));
  path = join(folder, "deep", "home");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a home remembers its mark, ports and secrets, for its owner only", async () => {
  const first = await openHome(path);
  first.savePorts({ amqp: 20_001 });
  const secret = await first.secret("redis");
  first.close();
  const again = await openHome(path);
  expect([again.mark, again.ports, await again.secret("redis")]).toEqual([
    first.mark,
    { amqp: 20_001 },
    secret,
  ]);
  again.close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, "state.json")).mode & 0o777).toBe(0o600);
});

test("secrets are long, and none is like another", async () => {
  const home = await openHome(path);
  const [one, two] = [await home.secret("one"), await home.secret("two")];
  home.close();
  expect(one).toMatch(/^[\w-]{32}$/);
  expect(one).not.toBe(two);
});

test("a forgotten secret is gone from the disk", async () => {
  const home = await openHome(path);
  const secret = await home.secret("once");
  home.forgetSecret("once");
  home.close();
  expect(home.hasSecret("once")).toBe(false);
  expect(readFileSync(join(path, "state.json"), "utf8")).not.toContain(secret);
});

test("a home in use is refused with the number of its holder, and can be had when that lets it go", async () => {
  const holder = await openHome(path);
  await expect(openHome(path)).rejects.toThrow(`is in use by pid ${process.pid}`);
  holder.close();
  (await openHome(path)).close();
});

test("the home of a killed holder is free at once", async () => {
  const code = `const { openHome } = await import(${JSON.stringify(new URL("home.ts", import.meta.url).href)});
    await openHome(${JSON.stringify(path)}); process.send("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(holder, "message");
  await expect(openHome(path)).rejects.toThrow(`is in use by pid ${holder.pid}`);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  (await openHome(path)).close();
});

test.for([
  ["{", "JSON"],
  ['{"version":2,"id":"x","ports":{},"secrets":{}}', "version"],
  ["", "JSON"],
] as const)("a state file that reads %j is named, and nothing is changed", async ([text, why]) => {
  (await openHome(path)).close();
  writeFileSync(join(path, "state.json"), text);
  const before = readdirSync(path);
  await expect(openHome(path)).rejects.toThrow(join(path, "state.json"));
  await expect(openHome(path)).rejects.toThrow(why);
  expect(readdirSync(path)).toEqual(before);
  expect(readFileSync(join(path, "state.json"), "utf8")).toBe(text);
});

test("a folder with other things in it is no home, and nothing is added to it", async () => {
  writeFileSync(join(folder, "letter.txt"), "");
  await expect(openHome(folder)).rejects.toThrow("holds letter.txt but no state.json");
  expect(readdirSync(folder)).toEqual(["letter.txt"]);
});

test("a start that was killed before it wrote its state leaves a folder that can be used", async () => {
  for (const name of ["lock", "pid", "state.json.tmp"]) writeFileSync(join(folder, name), "");
  (await openHome(folder)).close();
});

test("a file in the place of the home is named", async () => {
  path = join(folder, "file");
  writeFileSync(path, "");
  await expect(openHome(path)).rejects.toThrow(`${path} is not a folder`);
});
