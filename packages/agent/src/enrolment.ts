import { hostname } from "node:os";

import type { AgentSession } from "@netcheck/wire/registration";

import { backoffMs } from "./backoff.ts";
import { findStateFile, readCredential, saveCredential, stateFolder } from "./credential.ts";
import { exitError } from "./exit.ts";
import { log } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import type { Platform, PlatformAnswer } from "./platform.ts";
import type { Settings } from "./settings.ts";
import { VERSION } from "./version.ts";
import { pause } from "./wait.ts";

const REVOKED = "This agent was revoked or deleted; create a new one and start with its token.";
const TOKEN_REFUSED =
  "The platform does not take this token: it was used up, replaced or never given out. Create an agent and start with its token.";

/** Answers that no later try changes: the address or the program is wrong. */
const HOPELESS = new Set([400, 404, 405, 422]);

/** Opens sessions as one agent. Resolves undefined only when the signal fires; throws an `Exit` if there is no way on. */
export type Enrolment = { open(signal: AbortSignal): Promise<AgentSession | undefined> };

/** Reads who this agent is, or lets it become someone with its token. */
export async function createEnrolment(
  settings: Pick<Settings, "platformUrl" | "token" | "stateFile" | "insecure"> & {
    region?: string | undefined;
  },
  platform: Pick<Platform, "register" | "openSession">,
  capabilities: readonly string[],
): Promise<Enrolment> {
  const { platformUrl, token } = settings;
  const file = settings.stateFile ?? (await findStateFile(stateFolder(process.env), settings));
  const saved = await readCredential(file);
  if (saved && saved.platformUrl !== platformUrl)
    throw exitError(
      2,
      `${file} belongs to an agent of ${saved.platformUrl}; name another with --state.`,
    );
  if (!saved && token === undefined)
    throw exitError(2, `${file} does not exist: start this agent with --token once.`);
  let secret = saved?.agentSecret;
  let answered = false;

  /** Whether there was a new secret to keep. */
  const keep = async (session: AgentSession) => {
    if (session.agentSecret === undefined || session.agentSecret === secret) return false;
    await saveCredential(file, {
      platformUrl,
      agentId: session.agentId,
      agentSecret: session.agentSecret,
    });
    secret = session.agentSecret;
    return true;
  };

  const register = async (): Promise<PlatformAnswer> => {
    if (token === undefined) throw exitError(3, REVOKED);
    const answer = await platform.register({
      token,
      hostname: hostname().slice(0, 253) || "unknown",
      version: VERSION,
      capabilities: [...capabilities],
      ...(settings.region !== undefined && { region: settings.region }),
    });
    if ("session" in answer) await keep(answer.session);
    else if (answer.status === 401) throw exitError(3, saved ? REVOKED : TOKEN_REFUSED);
    return answer;
  };

  const attempt = async (): Promise<PlatformAnswer> => {
    if (secret === undefined) {
      const registered = await register();
      if (secret === undefined) return registered;
    }
    const answer = await platform.openSession(secret);
    if ("session" in answer) {
      // The first use of the new secret ends the old one; without it a rotation would stay half done.
      if (await keep(answer.session)) return await platform.openSession(secret);
    } else if (answer.status === 401) {
      if (answered || token === undefined) throw exitError(3, REVOKED);
      secret = undefined;
      return { reason: "the saved secret is not known any more", retryAfterMs: 0 };
    }
    return answer;
  };

  return {
    open: async (signal) => {
      for (let tries = 0; !signal.aborted; tries += 1) {
        const answer = await attempt();
        if ("session" in answer) {
          answered = true;
          refusePlain(answer.session, settings.insecure);
          return answer.session;
        }
        if (!answered && HOPELESS.has(answer.status ?? 0))
          throw exitError(1, `${platformUrl} refused this agent: ${answer.reason}`);
        const waitMs = Math.max(backoffMs(tries), answer.retryAfterMs);
        log.warn("the platform cannot be asked", {
          reason: answer.reason,
          waitMs: Math.round(waitMs),
        });
        await pause(waitMs, signal);
      }
      return undefined;
    },
  };
}

/** Throws an `Exit` where the broker would hear this agent unencrypted across a network. */
export function refusePlain({ broker }: AgentSession, insecure: boolean) {
  if (broker.tls || insecure || isLoopback(broker.host)) return;
  throw exitError(
    2,
    `The broker ${broker.host} is not encrypted and not this host: let the platform offer amqps://, or start with --insecure to accept that.`,
  );
}
