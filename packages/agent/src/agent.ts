import type { AgentSession } from "@netcheck/wire/registration";

import { allowedBy } from "./allowance.ts";
import { backoffMs } from "./backoff.ts";
import { findCapabilities } from "./capability.ts";
import { createClock } from "./clock.ts";
import { createDesk } from "./desk.ts";
import { createEnrolment } from "./enrolment.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { standBy } from "./last-resort.ts";
import { isRefusal, openLink, type Ending, type Link } from "./link.ts";
import { log } from "./log.ts";
import { createPlatform } from "./platform.ts";
import { collectWhenQuiet } from "./quiet.ts";
import type { Settings } from "./settings.ts";
import { messageOf } from "./text.ts";
import { createTimekeeper } from "./timekeeper.ts";
import { orAborted, pause } from "./wait.ts";

/** What runs when the agent is told to stop has this long to finish and be confirmed. */
const DRAIN_MS = 8_000;
const CLOSE_MS = 1_500;
/** A quorum queue takes acknowledgements in its own time, and drops those it has not when the channel closes. */
const SETTLE_MS = 200;
/** A link that lived this long was a good one: the backoff starts anew. */
const GOOD_LINK_MS = 10_000;
/** The broker may have moved: after so many tries in a row the platform is asked again. */
const TRIES_PER_SESSION = 4;

/**
 * Lives as an agent until `stop` fires, then finishes what runs; throws an `Exit` when there is no
 * way on. `onReady` is called once, when requests are first taken.
 */
export async function runAgent(settings: Settings, stop: AbortSignal, onReady: () => void) {
  const clock = createClock();
  const capabilities = await findCapabilities();
  const platform = createPlatform(settings.platformUrl, clock);
  const keepTime = createTimekeeper(clock, platform.askTime);
  const enrolment = await createEnrolment(settings, platform, capabilities);
  const halt = new AbortController();
  const context = { allow: settings.allow, clock, stop: halt.signal };
  const desk = createDesk(context);
  collectWhenQuiet(desk);
  standBy(salvage);
  const openSession = () => orAborted(enrolment.open(stop), stop);
  let ready = onReady;
  let link: Link | undefined;
  let failures = 0;

  for (let session = await openSession(); session && !stop.aborted;) {
    const ending = await orAborted(connect(session), stop);
    if (!ending) break;
    const waitMs = backoffMs(failures);
    failures += 1;
    log.warn("the broker is away", { reason: ending.reason, waitMs: Math.round(waitMs) });
    await pause(waitMs, stop);
    if (ending.refused || failures % TRIES_PER_SESSION === 0) session = await openSession();
  }
  if (link?.isOpen()) await leave(link);

  /** Takes requests over one link for as long as it lives. */
  async function connect(session: AgentSession): Promise<Ending> {
    context.allow = allowedBy(session, settings.allow);
    try {
      link = await openLink(session);
      const openedAt = performance.now();
      const ending = await serve(link, session);
      if (performance.now() - openedAt > GOOD_LINK_MS) failures = 0;
      return ending;
    } catch (error) {
      void link?.close();
      return { reason: messageOf(error), refused: isRefusal(error) };
    }
  }

  async function serve(open: Link, { agentId, heartbeatIntervalSeconds }: AgentSession) {
    startHeartbeat(open, {
      intervalSeconds: heartbeatIntervalSeconds,
      capabilities,
      running: () => desk.running(),
      clock,
      keepTime,
    });
    // After a sleep of this host no deadline can be judged before the time is learnt.
    await Promise.race([Promise.all([desk.attach(open), keepTime()]), open.ended]);
    if (open.isOpen() && !stop.aborted) {
      await open.consume(settings.concurrency, (message) => desk.take(open, message));
      log.info("connected", { agent: agentId, clockOffsetMs: clock.aheadMs() });
      ready();
      ready = () => undefined;
    }
    return open.ended;
  }

  /** What runs cannot be trusted any more, but it can be answered. */
  async function salvage() {
    const abandoned = desk.abandon();
    if (!link?.isOpen()) return;
    await Promise.all([abandoned, cancel(link)]);
    await pause(SETTLE_MS, halt.signal);
    await link.close();
  }

  function cancel(open: Link) {
    return open.cancel().catch((error: unknown) => {
      log.warn("the consumer could not be canceled", { reason: messageOf(error) });
    });
  }

  async function leave(open: Link) {
    log.info("stopping", { running: desk.running() });
    const finished = Promise.all([cancel(open), desk.drain()]);
    await Promise.race([finished, open.ended, pause(DRAIN_MS, halt.signal)]);
    if (open.isOpen()) await pause(SETTLE_MS, halt.signal);
    halt.abort();
    await Promise.race([open.close(), pause(CLOSE_MS, new AbortController().signal)]);
  }
}
