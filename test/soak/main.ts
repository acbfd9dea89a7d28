// `npm run soak`: hostile checks by the thousand through two agents, and what was wrong with their answers.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { textTable } from "@netcheck/local/table";

import { openStack } from "../support/stack.ts";
import { forgetSettings } from "../support/surroundings.ts";
import { openSoak, type Report } from "./soak.ts";

const HELP = `npm run soak -- [options]
  --checks <n>   so many of them, 20000 unless said
  --seed <n>     the same seed asks the same; without it there is a new one
  --only <n>     only the check of this number`;
const MOST_SHOWN = 20;
const TOLD_EVERY = 1_000;

const { values } = parseArgs({
  options: {
    checks: { type: "string", default: "20000" },
    seed: {
      type: "string",
      default: process.env["NETCHECK_TEST_SEED"] ?? String(randomInt(2 ** 31)),
    },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const say = (text: string) => void process.stdout.write(`${text}\n`);

function tell({ flaws, verdicts, honest, seconds, memoryMiB }: Report, seed: number) {
  const sorted = [...verdicts].toSorted(([, a], [, b]) => b - a);
  const answers = sorted.reduce((sum, [, count]) => sum + count, 0);
  const rows = sorted.map(([name, count]) => [name, String(count)]);
  say(textTable(["verdict", "answers"], rows).join("\n"));
  say(
    `\n${answers} answers in ${seconds.toFixed(0)} s, ${(answers / seconds).toFixed(0)} a second; ${honest} honest checks between them`,
  );
  for (const [agent, { before, after, peak }] of memoryMiB.entries())
    say(
      `agent ${agent + 1}: ${before.toFixed(0)} MiB before, ${after.toFixed(0)} after, ${peak.toFixed(0)} at most`,
    );
  for (const { number, ...flaw } of flaws.slice(0, MOST_SHOWN)) {
    say(`\ncheck ${number}: npm run soak -- --seed ${seed} --only ${number}`);
    say(JSON.stringify(flaw).slice(0, 3_000));
  }
  say(flaws.length === 0 ? "no flaws" : `\n${flaws.length} flaws`);
}

if (values.help) say(HELP);
else {
  const seed = Number(values.seed);
  const only = values.only === undefined ? undefined : Number(values.only);
  say(`seed ${seed}`);
  forgetSettings(process.env);
  await using stack = await openStack();
  Object.assign(process.env, stack.settings);
  const startedAt = performance.now();
  const onSend = (number: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    if (number > 0 && number % TOLD_EVERY === 0) say(`${number} after ${seconds.toFixed(0)} s`);
  };
  await using soak = await openSoak(seed);
  const report = await soak.run({ checks: Number(values.checks), only, onSend });
  tell(report, seed);
  process.exitCode = Math.min(report.flaws.length, 1);
}
