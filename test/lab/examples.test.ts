import { existsSync, readdirSync, readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { EXAMPLES, type Looker } from "./examples.ts";
import { startAgent, type LookingAgent } from "./looking-agent.ts";
import { makeNetwork, type LabNetwork } from "./network.ts";
import { startProgram, type Program } from "./program.ts";
import { steadied } from "./steadied.ts";
import { whyNoLab } from "./tools.ts";

const ALLOW = "10.98.2.0/24,fd98:2::/64";
const FOLDER = new URL("../fixtures/results/", import.meta.url);

const reason = await whyNoLab();

describe.skipIf(reason)("[PRB-105] a result is as its file in test/fixtures/results says", () => {
  let network: LabNetwork;
  let targets: Program[] = [];
  let agents: Record<Looker, LookingAgent>;

  beforeAll(async () => {
    network = await makeNetwork();
    const at = network.at("target");
    targets = await Promise.all(
      ["./target-program.ts", "./example-target-program.ts"].map((it) => startProgram(at, it)),
    );
    const [agent, alone, bare] = await Promise.all([
      startAgent(network.at("agent"), ALLOW),
      startAgent(["unshare", "--net"], ALLOW),
      startAgent([...network.at("agent"), "env", "PATH=/nowhere"], ALLOW),
    ]);
    agents = { agent, alone, bare };
  });

  afterAll(async () => {
    await Promise.all([...targets, ...Object.values(agents ?? {})].map((it) => it.stop()));
    await network?.remove();
  });

  describe.concurrent("of", () => {
    it.for(Object.entries(EXAMPLES))("%s", async ([name, example], context) => {
      const { type, target, asked = {}, by = "agent" } = example;
      const { status, durationMs, ...more } = await agents[by].check(type, target, asked);
      const { v: _v, id: _id, startedAt: _at, ...answer } = more;
      const told = { type, target, asked, answer: { status, durationMs, ...answer } };
      const file = new URL(`${name}.json`, FOLDER);
      const recorded = existsSync(file) ? readFileSync(file, "utf8") : "null";
      // No two runs take the same time: that of the recording stays.
      const isSame = steadied(JSON.parse(recorded)) === steadied(told);
      const text = isSame ? recorded : `${JSON.stringify(told, null, 2)}\n`;
      await context.expect(text).toMatchFileSnapshot(file.pathname);
    });
  });

  it("and no file is of none", () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(".json", ""));
    expect(names.filter((name) => !Object.hasOwn(EXAMPLES, name))).toEqual([]);
  });
});
