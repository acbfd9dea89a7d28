import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { parseArgs } from "node:util";

import { secretStore } from "@netcheck/adapters/secret-store";

import { changeSecret, makeSecrets } from "./make-secrets.ts";
import { type StageSecret, stageSecrets } from "./stage-secret.ts";

const USAGE = `Usage: npm run secrets -- --stage STAGE [SETTING]

Makes in AWS Secrets Manager what a stage needs before it is deployed, and asks for each value
that is missing; with SETTING, asks for another value of that one. From a pipe: a line each.
`;

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { stage: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { stage } = values;
  if (!stage || positionals.length > 1) throw new TypeError(USAGE);
  const secrets = await stageSecrets();
  using prompt = openPrompt();
  const hands = { store: secretStore(), ask: prompt.ask, tell };
  const [setting] = positionals;
  if (setting === undefined) return await makeSecrets(stage, secrets, hands);
  const secret = secrets.find((one) => one.setting === setting);
  if (!secret) throw new TypeError(`One of ${secrets.map((one) => one.setting).join(", ")}.`);
  await changeSecret(stage, secret, hands);
}

function tell(line: string) {
  process.stderr.write(`${line}\n`);
}

/** Shows on a terminal what is asked for and not what is answered. */
function openPrompt() {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { isTTY: terminal } = process.stdin;
  const reading = createInterface({ input: process.stdin, output: nowhere, terminal });
  const lines = reading[Symbol.asyncIterator]();
  return {
    async ask({ setting, description }: StageSecret) {
      tell(`${setting}: ${description}`);
      const { value, done } = await lines.next();
      if (done) throw new TypeError(`There is no line for ${setting}.`);
      return value.trim();
    },
    [Symbol.dispose]: () => reading.close(),
  };
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
