import { FAILURES } from "@netcheck/wire/failure";
import type { CheckResponse, Phase } from "@netcheck/wire/message";

import { PATIENT_MS } from "./draft.ts";
import type { Hostile } from "./hostile.ts";
import { placeOf } from "./place.ts";

/** What a check may take over its time: its last words (run.ts), and a busy machine. */
const GRACE_MS = 2_500;

/** Words of Node, libuv and OpenSSL, which mean nothing to people. */
const FOREIGN = /OpenSSL|routines:|getaddrinfo|ERR_[A-Z]|\bat .+:\d+:\d+|Error:|undefined|\[object/;

type Failed = Extract<CheckResponse, { status: "failed" }>;

const LATE = ["target/timeout", "resolver/timeout", "path/timeout"];
const OWN = ["agent/*", "path/unreachable"];

/** `finished`, or whose fault it was and the code. */
export function verdictOf(answer: CheckResponse) {
  return answer.status === "finished" ? "finished" : `${answer.failureSource}/${answer.error.code}`;
}

/** What is wrong with an answer; nothing, if it is as it should be. */
export function complaints(asked: Hostile, answer: CheckResponse): string[] {
  const found: string[] = [];
  const verdict = verdictOf(answer);
  const limitMs = Number(asked.options?.["timeoutMs"]) + GRACE_MS;
  if (answer.durationMs > limitMs) found.push(`took ${answer.durationMs} ms`);
  if (!fits(verdict, allowedOf(asked))) found.push(`may not be ${verdict}`);
  if (!Array.isArray(answer.result["steps"])) found.push("has no steps");
  if (answer.status === "finished") return found;
  if (!isKnown(answer)) found.push(`${answer.failedPhase} ${verdict} is in no catalogue`);
  if (FOREIGN.test(answer.error.message)) found.push("speaks as no person would");
  return found;
}

function isKnown({ failureSource, failedPhase, error }: Failed) {
  const phases: Partial<Record<Phase, Record<string, object>>> = FAILURES;
  return failureSource in (phases[failedPhase]?.[error.code] ?? {});
}

/** A host that fails before anything has left is never anybody else's fault. */
function allowedOf(asked: Hostile) {
  const { fate } = asked;
  const mayBe = isHurried(asked) ? [...asked.mayBe, ...LATE] : asked.mayBe;
  if (!fate) return mayBe;
  if (fate.after > 0 || !goesToItsPlace(asked)) return [...mayBe, ...OWN];
  return isHurried(asked) ? [...OWN, "path/timeout", "resolver/timeout"] : OWN;
}

function goesToItsPlace({ number, target, options }: Hostile) {
  return `${target} ${String(options?.["resolver"])}`.includes(placeOf(number));
}

/** In less time than a busy machine needs, whatever was waited for is late. */
function isHurried({ options }: Hostile) {
  return Number(options?.["timeoutMs"]) < PATIENT_MS;
}

function fits(verdict: string, allowed: readonly string[]) {
  const [source = ""] = verdict.split("/");
  return allowed.some((it) => it === verdict || it === `${source}/*`);
}
