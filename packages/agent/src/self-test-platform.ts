import type { AgentSession } from "@netcheck/wire/registration";

import { type Clock, createClock } from "./clock.ts";
import type { Credential } from "./credential.ts";
import { elapsedMs } from "./dial.ts";
import { refusePlain } from "./enrolment.ts";
import { finding, type Finding } from "./finding.ts";
import { openLink } from "./link.ts";
import { createPlatform, platformHealth } from "./platform.ts";
import type { SelfTestSettings } from "./settings.ts";
import { messageOf } from "./text.ts";

/** A clock further off is worth mending, though the agent allows for it. */
const MOST_OFFSET_MS = 2_000;

/**
 * Whether the platform answers, what its clock says, and, for an agent that is enrolled, whether it
 * and the broker know this agent. Opens a session as each start does: one running elsewhere goes on.
 */
export async function platformFindings(
  settings: SelfTestSettings,
  credential: Credential | undefined,
): Promise<Finding[]> {
  const { platformUrl } = settings;
  if (platformUrl === undefined) return skipped("no --url", "platform", "clock", "agent", "broker");
  const clock = createClock();
  const startedAt = performance.now();
  const health = await platformHealth(platformUrl, clock);
  if (health !== undefined)
    return [
      finding("platform", "failed", `${platformUrl}: ${health}`),
      ...skipped("the platform does not answer", "clock", "agent", "broker"),
    ];
  const ms = elapsedMs(startedAt);
  const platform = finding("platform", "ok", `${platformUrl} (${ms.toFixed(1)} ms)`, { ms });
  if (!credential)
    return [
      platform,
      clockFinding(clock, "from its answer's time"),
      ...skipped("not enrolled here yet", "agent"),
      ...skipped("its address is told at enrolment", "broker"),
    ];
  if (credential.platformUrl !== platformUrl)
    return [
      platform,
      clockFinding(clock, "from its answer's time"),
      finding("agent", "failed", `the state file belongs to ${credential.platformUrl}`),
      ...skipped("not this platform's agent", "broker"),
    ];
  const answer = await createPlatform(platformUrl, clock).openSession(credential.agentSecret);
  const clocked = clockFinding(clock, "from the session's time");
  if (!("session" in answer))
    return [
      platform,
      clocked,
      finding("agent", "failed", `${credential.agentId}: ${answer.reason}`),
      ...skipped("no session", "broker"),
    ];
  const known = finding("agent", "ok", credential.agentId, { agentId: credential.agentId });
  return [platform, clocked, known, await brokerFinding(answer.session, settings.insecure)];
}

function skipped(why: string, ...names: string[]) {
  return names.map((name) => finding(name, "skipped", why));
}

function clockFinding(clock: Clock, how: string) {
  const offsetMs = 0 - clock.aheadMs();
  const isFar = Math.abs(offsetMs) > MOST_OFFSET_MS;
  const detail = `the platform's is ${offsetMs} ms ahead, ${how}`;
  return finding("clock", isFar ? "warning" : "ok", detail, { offsetMs });
}

async function brokerFinding(session: AgentSession, insecure: boolean) {
  const { host, port, tls } = session.broker;
  const at = `${tls ? "amqps" : "amqp"}://${host}:${port}`;
  const startedAt = performance.now();
  try {
    refusePlain(session, insecure);
    const link = await openLink(session);
    const ms = elapsedMs(startedAt);
    await link.close();
    return finding("broker", "ok", `${at} took this agent's account (${ms.toFixed(1)} ms)`, { ms });
  } catch (error) {
    return finding("broker", "failed", `${at}: ${messageOf(error)}`);
  }
}
