import type { CheckResponse } from "@netcheck/wire/message";

import type { Asked } from "../support/agent-stand.ts";
import { openAgents } from "./agents.ts";
import { garbageOf } from "./garbage.ts";
import { honestComplaints, openHonest } from "./honest.ts";
import { hostileOf } from "./hostile.ts";
import { complaints, verdictOf } from "./judge.ts";
import { openTargets } from "./targets.ts";

const AT_ONCE = 100;
const HONEST_EVERY = 20;
const GARBAGE_EVERY = 200;
const MISSED_MS = 20_000;

type Run = {
  checks: number;
  /** Only the check of this number. */
  only?: number | undefined;
  /** Hears each number as it is sent. */
  onSend?(number: number): void;
};

export type Flaw = {
  number: number;
  agent: number;
  what: string;
  asked?: unknown;
  answer?: unknown;
};

export type Report = {
  flaws: Flaw[];
  /** How often there was which verdict. */
  verdicts: Map<string, number>;
  honest: number;
  seconds: number;
  memoryMiB: { before: number; after: number; peak: number }[];
};

/** Two agents among hostile targets and honest ones; all that they are asked follows from the seed. */
export async function openSoak(seed: number) {
  await using stack = new AsyncDisposableStack();
  const { ports } = stack.use(await openTargets());
  const honest = stack.use(await openHonest());
  const agents = stack.use(await openAgents(seed, `127.0.0.1:${ports.resolver}`));
  const flaws: Flaw[] = [];
  const verdicts = new Map<string, number>();
  let honestAsked = 0;

  type Judge = (answer: CheckResponse, ms: number) => string[];
  const askAll = async (number: number, asked: Asked, judge: Judge) => {
    const asking = agents.stands.map(async (stand, agent) => {
      const begun = performance.now();
      const answer = await withinTime(stand.ask(asked)).catch((error: unknown) => String(error));
      const what = typeof answer === "string" ? [answer] : judge(answer, performance.now() - begun);
      if (what.length > 0) flaws.push({ number, agent, what: what.join("; "), asked, answer });
      return answer;
    });
    return (await Promise.all(asking)).filter((it) => typeof it !== "string");
  };

  const sendHostile = async (number: number) => {
    const { type, target, port, options, ...rest } = hostileOf(seed, number, ports);
    const asked = { type, target, ...(port && { port }), ...(options && { options }) };
    const judge = (answer: CheckResponse) => complaints({ ...asked, ...rest }, answer);
    for (const answer of await askAll(number, asked, judge)) {
      const verdict = verdictOf(answer);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
  };

  const sendHonest = async (number: number) => {
    const one = honest.at(number / HONEST_EVERY);
    if (!one) return;
    honestAsked += 1;
    const { verdict, shows, ...asked } = one;
    await askAll(number, asked, (answer, ms) => honestComplaints({ verdict, shows }, answer, ms));
  };

  const owned = stack.move();
  return {
    /** Sends hostile checks to both, with honest ones between them, and judges every answer. */
    async run({ checks, only, onSend }: Run): Promise<Report> {
      const last = only ?? checks - 1;
      let next = only ?? 0;
      const work = async () => {
        while (next <= last && agents.allLive()) {
          const number = next;
          next += 1;
          onSend?.(number);
          if (number % GARBAGE_EVERY === 0)
            for (const stand of agents.stands) stand.send(garbageOf(seed, number));
          await sendHostile(number);
          if (number % HONEST_EVERY === 0) await sendHonest(number);
        }
      };
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const seconds = (performance.now() - startedAt) / 1_000;
      for (const agent of agents.stands.keys())
        for (const what of await agents.complaints(agent))
          flaws.push({ number: last, agent, what });
      return { flaws, verdicts, honest: honestAsked, seconds, memoryMiB: agents.memoryMiB() };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function withinTime(answer: Promise<CheckResponse>) {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer came")), MISSED_MS);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}
