import { literalAddress } from "@netcheck/wire/address";
import { canonicalName, parseName } from "@netcheck/wire/dns-name";
import type { DnsOptions } from "@netcheck/wire/options";
import { isReverseNameAllowed } from "@netcheck/wire/reverse-zone";

import { elapsedMs } from "./dial.ts";
import { askAll, type Told } from "./dns-ask.ts";
import { readMeaning } from "./dns-meaning.ts";
import type { Question } from "./dns-query.ts";
import { remarksOf } from "./dns-remark.ts";
import { findServers } from "./dns-resolver.ts";
import { emptyResult, keepMessage, type DnsResult } from "./dns-result.ts";
import { verdict } from "./dns-verdict.ts";
import { endedByTime } from "./ended-by.ts";
import { failure, policyFailure, type Failure } from "./failure.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";
import { reverseName } from "./reverse-name.ts";

/** A lost packet is sent again after this long, sooner where the whole check has little time. */
const AGAIN_MS = 2_000;
const AGAIN_SHARE = 0.4;

export const dns: Probe<"dns"> = {
  run: ({ target, port, options }, context) => probeDns(target, port, options, context),
};

/** Asks a resolver for the records of a name. */
export async function probeDns(
  target: string,
  port: number,
  options: DnsOptions,
  context: ProbeContext,
): Promise<Outcome> {
  const result = emptyResult(options.protocol);
  const failed = await askFor(target, port, options, context, result);
  if (!failed) return { result };
  if (failed.failedPhase === "policy") result.endedBy = "policy";
  const isSilent = failed.error.code === "timeout" || result.statusCode === null;
  if (isSilent && context.signal.aborted) result.endedBy = endedByTime(context.signal);
  return { failure: failed, result };
}

async function askFor(
  target: string,
  port: number,
  options: DnsOptions,
  given: ProbeContext,
  result: DnsResult,
): Promise<Failure | undefined> {
  const context = { ...given, network: given.network ?? SYSTEM_NETWORK };
  const name = questionName(target, options.recordType);
  const labels = parseName(name ?? "");
  if (name === undefined || !labels)
    return failure("agent", "run", "bad_target", "Not a name to ask for.");
  if (!isReverseNameAllowed(name, context.allow))
    return policyFailure(`${target} is nothing that this agent may ask about.`);
  const found = await findServers(options, port, context);
  if ("failure" in found) return found.failure;
  const question = { labels, type: options.recordType };
  const againMs = Math.min(AGAIN_MS, options.timeoutMs * AGAIN_SHARE);
  const asking = { servers: found.servers, question, protocol: options.protocol, againMs };
  const startedAt = performance.now();
  const told = await askAll(asking, context, result.steps);
  result.timings.total = elapsedMs(startedAt);
  if (told) return judge(told, question, name, result);
  return failure("resolver", "dns", "timeout", "Time ran out before a resolver was asked.");
}

/** PTR of an address is asked by its reverse name; any other type of none. */
function questionName(target: string, type: string) {
  const address = literalAddress(target);
  if (address) return type === "PTR" ? reverseName(address) : undefined;
  return canonicalName(target);
}

/** Keeps what was said, and says what is wrong with it. */
function judge(told: Told, question: Question, name: string, result: DnsResult) {
  const { step, message, failure: failed } = told;
  result.resolver = step.resolver;
  result.protocol = step.protocol;
  if (!message) return failed;
  keepMessage(result, message);
  const reading = readMeaning(message, question);
  result.meaning = reading.meaning;
  result.canonicalName = reading.canonicalName;
  result.remarks = remarksOf({ message, reading, step, name, type: question.type });
  return failed ?? verdict(message, reading, name);
}
