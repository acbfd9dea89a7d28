import { backoffMs } from "./backoff.ts";
import { createClock } from "./clock.ts";
import { createDesk } from "./desk.ts";
import { createEnrolment } from "./enrolment.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { isRefusal, openLink, type Ending, type Link } from "./link.ts";
import { log } from "./log.ts";
import { createPlatform } from "./platform.ts";
import type { Settings } from "./settings.ts";
import { messageOf } from "./text.ts";
import { orAborted, pause } from "./wait.ts";

/** What runs when the agent is told to stop has this long to finish and be confirmed. */
const DRAIN_MS = 8_000;
const CLOSE_MS = 1_500;
/** A connection that lived this long was a good one: the backoff starts anew. */
const GOOD_LINK_MS = 10_000;
const TRIES_PER_SESSION = 4;

/**
 * Lives as an agent until `stop` fires, then finishes what runs; throws an `Exit` when there is no
 * way on. `onReady` is called once, when requests are first taken.
 */
export async function runAgent(settings: Settings, stop: AbortSignal, onReady: () => void) {
  const clock = createClock();
  const enrolment = await createEnrolment(settings, createPlatform(settings.platformUrl, clock));
  const halt = new AbortController();
  const desk = createDesk({ allow: settings.allow, clock, stop: halt.signal });
  let session = await enrolment.open(stop);
  let ready = onReady;
  let failures = 0;

  while (session && !stop.aborted) {
    const begun = performance.now();
    let link: Link | undefined;
    let ending: Ending | undefined;
    try {
      link = await openLink(session);
      startHeartbeat(link, {
        intervalSeconds: session.heartbeatIntervalSeconds,
        running: () => desk.running(),
      });
      ending = await orAborted(serve(link), stop);
    } catch (error) {
      ending = { reason: messageOf(error), refused: isRefusal(error) };
    }
    if (stop.aborted) {
      if (link) await leave(link);
      break;
    }
    if (performance.now() - begun > GOOD_LINK_MS) failures = 0;
    failures += 1;
    const waitMs = backoffMs(failures - 1);
    log.warn("the broker is away", { reason: ending?.reason ?? "", waitMs: Math.round(waitMs) });
    await pause(waitMs, stop);
    if (ending?.refused || failures % TRIES_PER_SESSION === 0) session = await enrolment.open(stop);
  }

  async function serve(link: Link) {
    const attached = desk.attach(link);
    await Promise.race([attached, link.ended]);
    if (link.isOpen()) {
      await link.consume(settings.concurrency, (message) => desk.take(link, message));
      log.info("connected", { agent: session?.agentId, clockOffsetMs: clock.offsetMs() });
      ready();
      ready = () => undefined;
    }
    return link.ended;
  }

  async function leave(link: Link) {
    log.info("stopping", { running: desk.running() });
    const drained = desk.drain();
    const canceled = link.cancel().catch((error: unknown) => {
      log.warn("the consumer could not be canceled", { reason: messageOf(error) });
    });
    const finished = Promise.all([canceled, drained]);
    await Promise.race([finished, link.ended, pause(DRAIN_MS, halt.signal)]);
    halt.abort();
    await Promise.race([link.close(), pause(CLOSE_MS, new AbortController().signal)]);
  }
}
