// `npm run mutants`: changes one thing at a time in a copy, and tells which changes no test notices.
import { chmod, glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { textTable } from "@netcheck/local/table";

import { readOwners } from "../run/context.ts";
import { openStack, STACK } from "../support/stack.ts";
import { forgetSettings } from "../support/surroundings.ts";
import { copyTree } from "../support/tree.ts";
import { isEquivalent } from "./equivalent.ts";
import { KINDS, type Mutant } from "./kind.ts";
import { applied, mutantsOf } from "./mutant.ts";
import { chosen } from "./sample.ts";
import { filesOf, openTrial, type Verdict } from "./trial.ts";

const HELP = `npm run mutants -- [options] [beginning of a path …]
  --most <n>      so many of them, chosen by the seed
  --seed <n>      1 unless said
  --kinds <a,b>   of ${KINDS.join(", ")}
  --minutes <n>   begins none after so many
  --list          only tells what there is`;

type Placed = Mutant & { path: string; context: string; line: number; source: string };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    kinds: { type: "string", default: KINDS.join(",") },
    minutes: { type: "string", default: "Infinity" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Whether somebody asked for it, by path and kind. */
function isWanted({ path, kind }: Placed) {
  const here = positionals.length === 0 || positionals.some((start) => path.startsWith(start));
  return here && values.kinds.split(",").includes(kind);
}

async function findMutants() {
  const found: Placed[] = [];
  for await (const path of glob("packages/{kernel,identity,agents,checks}/src/*.ts")) {
    // What only measures writes nothing.
    if (path.endsWith(".test.ts") || path.endsWith("/measure.ts")) continue;
    const source = await readFile(path, "utf8");
    const [, context = ""] = path.split("/");
    for (const mutant of mutantsOf(source)) {
      if (isEquivalent(path, source, mutant)) continue;
      const line = source.slice(0, mutant.start).split("\n").length;
      found.push({ ...mutant, path, context, line, source });
    }
  }
  return found
    .filter(isWanted)
    .toSorted((a, b) => a.path.localeCompare(b.path) || a.start - b.start);
}

function describe({ path, line, kind, source, start, end, text }: Placed) {
  const was = source.slice(start, end).replace(/\s+/g, " ");
  const shown = was.length > 48 ? `${was.slice(0, 47)}…` : was;
  return [`${path}:${line}`, kind, `${shown} → ${text.replace(/^;?$/, "nothing")}`];
}

async function tryAll(mutants: readonly Placed[], folder: string, signal: AbortSignal) {
  const root = join(folder, "tree");
  await copyTree(root);
  await using stack = await openStack(signal);
  const env = { ...process.env, [STACK]: JSON.stringify(stack.settings) };
  const trial = openTrial({ root, folder, env, signal });
  const owners = [...(await readOwners())];
  const verdicts: { mutant: Placed; verdict: Verdict }[] = [];
  const until = performance.now() + Number(values.minutes) * 60_000;
  for (const mutant of mutants) {
    if (performance.now() > until) break;
    const { path, context, source } = mutant;
    const [letters = ""] = owners.find(([, owner]) => owner === context) ?? [];
    const change = { path, source, mutated: applied(source, mutant) };
    const verdict = await trial.judge(change, await filesOf(letters, path));
    if (signal.aborted) break;
    verdicts.push({ mutant, verdict });
    const end = verdict.killer === undefined ? "SURVIVED" : `killed by ${verdict.killer}`;
    say(`${describe(mutant).join("  ")}  ${end}  ${verdict.seconds.toFixed(1)} s`);
  }
  const unheard = trial.unheard();
  if (unheard.length > 0) say(`\nThese fail anyhow, and had no say: ${unheard.join(", ")}.`);
  return verdicts;
}

function tell(found: readonly Placed[], verdicts: Awaited<ReturnType<typeof tryAll>>) {
  const isAlive = ({ verdict }: (typeof verdicts)[number]) => verdict.killer === undefined;
  const rows = [...Map.groupBy(found, ({ context }) => context)].map(([context, all]) => {
    const tried = verdicts.filter(({ mutant }) => mutant.context === context);
    const killed = tried.length - tried.filter(isAlive).length;
    const score = tried.length === 0 ? "" : `${Math.round((100 * killed) / tried.length)} %`;
    return [context, ...[all.length, tried.length, killed].map(String), score];
  });
  const survivors = verdicts.filter(isAlive).map(({ mutant }) => describe(mutant));
  say(["", ...textTable(["survivor", "kind", "mutant"], survivors)].join("\n"));
  say(["", ...textTable(["context", "mutants", "tried", "killed", "score"], rows)].join("\n"));
}

async function main() {
  if (values.help) return say(HELP);
  const found = await findMutants();
  if (values.list)
    return say(textTable(["place", "kind", "mutant"], found.map(describe)).join("\n"));
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => stopping.abort());
  forgetSettings(process.env);
  const folder = await mkdtemp(join(tmpdir(), "netcheck-mutants-"));
  await chmod(folder, 0o711);
  process.env["TMPDIR"] = folder;
  try {
    const mutants = chosen(found, Number(values.seed), Number(values.most));
    tell(found, await tryAll(mutants, folder, stopping.signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
