import type { EndedBy } from "@netcheck/wire/result-word";

import { endedByTime } from "./ended-by.ts";
import { answerHeaders } from "./headers.ts";
import type { Step } from "./http-hop.ts";
import type { Trail } from "./http-trail.ts";
import type { TlsReport } from "./tls-report.ts";

/**
 * What a check says of its trail: of the last hop at the top, and of each in `steps`. The last
 * certificate stands at the top field by field, and each chain in its step alone.
 */
export function httpResult(trail: Trail, signal: AbortSignal, total: number) {
  const { steps, redirects, firstLine, found } = trail;
  const last = steps.at(-1);
  return {
    ...(found && last && statusOf(last)),
    redirects,
    finalUrl: last?.url ?? "",
    ...(found && contentOf(found)),
    resolvedAddress: last?.resolvedAddress ?? null,
    timings: { ...last?.timings, total },
    tls: last?.tls ? withoutChain(last.tls) : null,
    authorized: authorizedBy(steps),
    firstLine,
    remarks: last?.remarks ?? [],
    endedBy: endedBy(trail, signal),
    steps: steps.map((step) => ({ ...step, tls: step.tls && withoutLeaf(step.tls) })),
  };
}

function withoutChain({ chain, ...report }: TlsReport) {
  return report;
}

/** The first of the chain says the same. */
function withoutLeaf(report: TlsReport) {
  const { authorized, error, errors, verdict, faults, protocol, cipherName } = report;
  const { chain, chainExpiresAt } = report;
  const judged = { authorized, error, errors, verdict, faults };
  return { ...judged, protocol, cipherName, chain, chainExpiresAt };
}

function statusOf({ statusCode, statusCodeName, httpVersion }: Step) {
  return { statusCode, statusCodeName, httpVersion };
}

function contentOf({ answer, body }: NonNullable<Trail["found"]>) {
  return {
    headers: answerHeaders(answer.rawHeaders),
    body: body.text,
    truncated: body.truncated,
    bodyError: body.error,
    bodyEncoding: body.encoding,
  };
}

/** Whether every certificate on the way was good; null where nothing was encrypted. */
function authorizedBy(steps: readonly Step[]) {
  const encrypted = steps.flatMap(({ tls }) => tls ?? []);
  return encrypted.length > 0 ? encrypted.every(({ authorized }) => authorized) : null;
}

function endedBy({ failure, found, isRedirect }: Trail, signal: AbortSignal): EndedBy | null {
  if (failure?.failedPhase === "policy") return "policy";
  if (failure?.error.code === "header_overflow") return "head_limit";
  if (failure)
    return failure.error.code === "timeout" && signal.aborted ? endedByTime(signal) : null;
  if (isRedirect) return "max_redirects";
  if (found?.body.error === "timeout") return endedByTime(signal);
  return found?.body.isLimited ? "body_limit" : null;
}
