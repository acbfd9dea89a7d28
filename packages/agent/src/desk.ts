import { type CheckResponse, REQUEST_ID_HEADER } from "@netcheck/wire/message";
import type { ConsumeMessage } from "amqplib";

import { backoffMs } from "./backoff.ts";
import { elapsedMs } from "./dial.ts";
import type { Link } from "./link.ts";
import { log } from "./log.ts";
import { createMemory, type Remembered } from "./memory.ts";
import type { Outcome } from "./probe.ts";
import { readRequest, type Request } from "./request.ts";
import { encodeResponse, responseOf } from "./response.ts";
import { timesReturned } from "./returned.ts";
import { decline, run, type RunContext } from "./run.ts";
import { messageOf } from "./text.ts";
import { broken, givenBack } from "./unrun.ts";
import { pause } from "./wait.ts";

/** An orderly restart gives a request back once; one that comes a third time has ended two agents. */
const MOST_RETURNS = 2;

type Delivery = { link: Link; message: ConsumeMessage };
type Check = Remembered<Delivery>;

/** Where requests come in and answers go out, whichever link is up at the time. */
export type Desk = {
  /** Publishes over this link from now on; resolves when all that was left unconfirmed is confirmed. */
  attach(link: Link): Promise<void>;
  /** Runs a request, or settles its message at once. */
  take(link: Link, message: ConsumeMessage): void;
  /** Starts nothing from now on; resolves when what runs is answered and confirmed. */
  drain(): Promise<void>;
  /** The same where this agent can run nothing to its end: what runs is answered as failed by it, at once. */
  abandon(): Promise<void>;
  running(): number;
  /** How many checks were begun since the start. */
  begun(): number;
};

/** A request's message is acknowledged when the broker has confirmed its answer, never before. */
export function createDesk(context: RunContext): Desk {
  const memory = createMemory<Delivery>();
  const tasks = new Set<Promise<void>>();
  const publishing = new Set<Promise<void>>();
  let current: Link | undefined;
  let draining = false;
  let running = 0;
  let begun = 0;

  const publish = async (check: Check) => {
    const link = current;
    if (!link) return;
    for (let tries = 0; check.answer && link === current && link.isOpen(); tries += 1) {
      try {
        await link.publish("result", check.answer, check.requestId);
        check.state = "confirmed";
        check.answer = undefined;
      } catch (error) {
        if (!link.isOpen()) return;
        log.warn("an answer was not taken", { check: check.id, reason: messageOf(error) });
        await pause(backoffMs(tries), context.stop);
      }
    }
    if (check.state === "confirmed") settle(check);
  };

  const settle = (check: Check) => {
    for (const { link, message } of check.deliveries) link.ack(message);
    check.deliveries = [];
  };

  const answer = async (check: Check, response: CheckResponse) => {
    if (check.state !== "running") return;
    check.answer = encodeResponse(response);
    check.state = "answered";
    await track(publishing, publish(check));
  };

  /** Answers a check that was not run to its end. */
  const giveUp = async (check: Check, outcome: Outcome) => {
    const durationMs = elapsedMs(check.cameAt);
    const startedAt = context.clock.now() - durationMs;
    await answer(check, responseOf({ id: check.id, startedAt, durationMs }, outcome));
  };

  const work = async (check: Check, request: Request) => {
    running += 1;
    begun += 1;
    const response = await run(request, context).finally(() => (running -= 1));
    if (context.stop.aborted) return memory.forget(check.id);
    log.debug("a check was run", { check: check.id, type: request.type, ms: response.durationMs });
    await answer(check, response);
  };

  /** Whether this came before: then both messages are settled with the one answer. */
  const isKnown = (id: string, delivery: Delivery) => {
    const known = memory.get(id);
    known?.deliveries.push(delivery);
    if (known?.state === "confirmed") settle(known);
    return known !== undefined;
  };

  const begin = (id: string, delivery: Delivery, task: (check: Check) => Promise<void>) => {
    void track(tasks, task(memory.add(id, requestIdOf(delivery.message), delivery)));
  };

  return {
    running: () => running,
    begun: () => begun,
    attach: async (link) => {
      current = link;
      const left = memory.all("answered").map((check) => track(publishing, publish(check)));
      await Promise.all(left.map((task) => track(tasks, task)));
    },
    take: (link, message) => {
      // Not settled: it goes back to the queue when the link is closed.
      if (draining) return;
      const delivery = { link, message };
      const read = readRequest(message.content);
      if ("refusal" in read) {
        const { refusal, unsupported } = read;
        log.warn("a request was refused", { reason: refusal });
        if (!unsupported) return link.reject(message);
        if (isKnown(unsupported.id, delivery)) return;
        const declined = decline(unsupported, context);
        return begin(unsupported.id, delivery, (check) => answer(check, declined));
      }
      const { request } = read;
      if (isKnown(request.id, delivery)) return;
      if (Date.parse(request.deadlineAt) <= context.clock.now()) {
        log.warn("a request came after its deadline", { check: request.id });
        return link.reject(message);
      }
      const returns = timesReturned(message);
      if (returns < MOST_RETURNS)
        return begin(request.id, delivery, (check) => work(check, request));
      log.warn("a request came back too often", { check: request.id, returns });
      begin(request.id, delivery, (check) => giveUp(check, givenBack(returns)));
    },
    drain: async () => {
      draining = true;
      await Promise.all(tasks);
    },
    abandon: async () => {
      draining = true;
      for (const check of memory.all("running")) void giveUp(check, broken());
      await Promise.all(publishing);
    },
  };
}

/** Keeps a task where it can be waited for, as long as it runs. */
function track(tasks: Set<Promise<void>>, task: Promise<void>) {
  const tracked = task.finally(() => tasks.delete(tracked));
  tasks.add(tracked);
  return tracked;
}

function requestIdOf({ properties }: ConsumeMessage) {
  const value: unknown = properties.headers?.[REQUEST_ID_HEADER];
  return typeof value === "string" ? value : undefined;
}
