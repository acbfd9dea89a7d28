import type { DnsMessage } from "./dns-message.ts";
import type { Question } from "./dns-query.ts";
import type { Server } from "./dns-server.ts";
import { send, type DnsContext, type Protocol, type Step } from "./dns-step.ts";
import type { Failure } from "./failure.ts";
import { pause } from "./wait.ts";

/** What a resolver said in the end: with a failure, the answer that was cut, if there was one. */
export type Told = { step: Step } & (
  | { message: DnsMessage; failure?: undefined }
  | { message?: DnsMessage; failure: Failure }
);

type Asking = {
  servers: readonly Server[];
  question: Question;
  protocol: Protocol;
  /** A question without an answer is sent again after this long, which hears both. */
  againMs: number;
};

type Running = Map<number, Promise<{ key: number; server: Server; told: Told }>>;

/** FORMERR, NOTIMP and BADVERS: what those say who do not know EDNS (RFC 6891, 6.1.3 and 7). */
const WITHOUT_EDNS = new Set([1, 4, 16]);

/**
 * Asks one resolver after another, and again those who are silent, by turns with and without EDNS.
 * The first answer counts, however late; undefined if the time was over before anything was sent.
 */
export async function askAll(asking: Asking, given: DnsContext, steps: Step[]) {
  const over = new AbortController();
  const signal = AbortSignal.any([given.signal, over.signal]);
  const running: Running = new Map();
  try {
    return await askInTurn(asking, { ...given, signal }, steps, running);
  } finally {
    over.abort();
    // Each step says how it ended before anybody reads them.
    await Promise.all(running.values());
  }
}

async function askInTurn(asking: Asking, context: DnsContext, steps: Step[], running: Running) {
  const { signal } = context;
  const counts = new Map(asking.servers.map((server) => [server, 0]));
  const failed: Told[] = [];
  const askNext = () => {
    const silent = [...counts].filter(([server]) => isSilent(server, steps));
    const [least] = silent.toSorted(([, a], [, b]) => a - b);
    if (!least || signal.aborted) return;
    const [server, count] = least;
    counts.set(server, count + 1);
    const key = steps.length;
    running.set(key, askOnce(key, server, count % 2 === 0, asking, context, steps));
  };
  askNext();
  while (running.size > 0) {
    const patience = signal.aborted ? [] : [pause(asking.againMs, signal)];
    const ended = await Promise.race([...running.values(), ...patience]);
    if (!ended) {
      askNext();
      continue;
    }
    running.delete(ended.key);
    if (!ended.told.failure) return ended.told;
    failed.push(ended.told);
    counts.delete(ended.server);
    if ([...counts.values()].includes(0)) askNext();
  }
  return mostTelling(failed);
}

/** One that has answered by UDP is waited for, and not asked again. */
function isSilent({ address, port }: Server, steps: readonly Step[]) {
  return !steps.some((it) => it.resolver === address && it.port === port && it.statusCode !== null);
}

/** Silence says less than any other failure. */
function mostTelling(failed: readonly Told[]) {
  return (
    failed.find(({ message }) => message) ??
    failed.find(({ failure }) => failure?.error.code !== "timeout") ??
    failed[0]
  );
}

async function askOnce(
  key: number,
  server: Server,
  ednsSent: boolean,
  { question, protocol }: Asking,
  context: DnsContext,
  steps: Step[],
) {
  const ask = (withEdns: boolean) =>
    askWhole(server, question, { protocol, ednsSent: withEdns }, context, steps);
  const told = await ask(ednsSent);
  const isRefused = ednsSent && WITHOUT_EDNS.has(told.message?.statusCode ?? 0);
  const again = isRefused ? await ask(false) : undefined;
  return { key, server, told: again?.message ? again : told };
}

/** What UDP has no room for is asked for by TCP. */
async function askWhole(
  server: Server,
  question: Question,
  by: Pick<Step, "protocol" | "ednsSent">,
  context: DnsContext,
  steps: Step[],
): Promise<Told> {
  const first = await send(server, question, by, context, steps);
  if ("failure" in first.asked) return { step: first.step, failure: first.asked.failure };
  const { message } = first.asked;
  if (by.protocol === "TCP" || !message.flags.tc) return { step: first.step, message };
  const whole = await send(server, question, { ...by, protocol: "TCP" }, context, steps);
  if ("failure" in whole.asked) return { step: first.step, message, failure: whole.asked.failure };
  return { step: whole.step, message: whole.asked.message };
}
