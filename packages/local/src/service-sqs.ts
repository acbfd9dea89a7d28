import { fileURLToPath } from "node:url";

import { keep, type Kept } from "./keeper.ts";
import { plainEnv, type Place } from "./service.ts";
import { until } from "./wait.ts";

const SERVER = fileURLToPath(new URL("sqs-server.ts", import.meta.url));

/** A private SQS that keeps its messages on disk. */
export function startSqs(place: Place, endpoint: string): Kept {
  const { home } = place;
  return keep("sqs", {
    ...place,
    program: () => ({
      name: "sqs",
      command: process.execPath,
      args: [SERVER, "--port", new URL(endpoint).port, "--data", home.folder("sqs")],
      env: plainEnv(),
      ipc: true,
      graceMs: 2_500,
    }),
    isReady: (_child, signal) => until(() => fauxqsAnswers(endpoint), 50, signal),
    readyWithinMs: 30_000,
  });
}

async function fauxqsAnswers(endpoint: string): Promise<void> {
  const answer = await fetch(new URL("/health", endpoint), { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`${endpoint}/health answered ${answer.status}`);
}

/** Whether a given SQS answers at all; its first call will say whether it lets us in. */
export async function sqsAnswers(endpoint: string): Promise<void> {
  await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
}
