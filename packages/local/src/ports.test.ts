import { createServer } from "node:net";

import { expect, test } from "vitest";

import { choosePorts, portRange } from "./ports.ts";

test("ports are chosen below those of outgoing connections", () => {
  expect(portRange("32768\t60999\n")).toEqual({ from: 20_000, to: 32_768 });
  expect(portRange("25000 60999")).toEqual({ from: 20_000, to: 25_000 });
});

test("without a readable or usable range the usual one is taken", () => {
  expect(portRange(undefined)).toEqual({ from: 20_000, to: 32_768 });
  expect(portRange("1024 65535")).toEqual({ from: 20_000, to: 32_768 });
});

test("a remembered port is kept while free, and left with one line when somebody has it", async () => {
  const squatter = createServer();
  const first = await choosePorts({
    names: ["a", "b"],
    remembered: {},
    hosts: ["127.0.0.1"],
    report: () => {},
  });
  const taken = first["b"];
  await new Promise<void>((done) => squatter.listen(taken, "127.0.0.1", done));
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const next = await choosePorts({
    names: ["a", "b"],
    remembered: first,
    hosts: ["127.0.0.1"],
    report,
  });
  await new Promise((done) => squatter.close(done));
  expect(next["a"]).toBe(first["a"]);
  expect(next["b"]).not.toBe(taken);
  expect(lines).toEqual([`port ${taken} of b is taken by another program; now ${next["b"]}`]);
});
