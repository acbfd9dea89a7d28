import { headerOf, type Answer } from "./answer.ts";
import { readBody, type Body } from "./body.ts";
import { elapsedMs } from "./dial.ts";
import { policyFailure, type Failure } from "./failure.ts";
import { headersAfterRedirect } from "./headers.ts";
import { stepOf, takeHop, type Hop, type Step, type Terms } from "./http-hop.ts";
import { methodAfterRedirect, redirectOf } from "./redirect.ts";

/** Where a check went, hop by hop, and what it found at the end. */
export type Trail = {
  steps: Step[];
  redirects: { url: string; statusCode: number }[];
  /** Of the last hop, the first line that came. */
  firstLine: string | null;
  found?: { answer: Answer; body: Body };
  failure?: Failure;
  /** The last answer leads on, and is not followed. */
  isRedirect: boolean;
};

/** Asks for a page and follows its redirects, each hop on a connection of its own. */
export async function follow(first: Hop, terms: Terms) {
  const trail: Trail = { steps: [], redirects: [], firstLine: null, isRedirect: false };
  for (let hop: Hop | undefined = first; hop;) hop = await takeStep(hop, terms, trail);
  return trail;
}

/** Goes one hop, and says which is next. */
async function takeStep(hop: Hop, terms: Terms, trail: Trail): Promise<Hop | undefined> {
  const step = stepOf(hop);
  trail.steps.push(step);
  const end = await takeHop(hop, terms, step);
  trail.firstLine = end.firstLine;
  if ("failure" in end) {
    trail.failure = step.failure = end.failure;
    return undefined;
  }
  try {
    return await goOn(hop, end.answer, { terms, trail, step });
  } finally {
    end.socket.destroy();
  }
}

type Way = { terms: Terms; trail: Trail; step: Step };

async function goOn(hop: Hop, answer: Answer, { terms, trail, step }: Way) {
  const { statusCode, rawHeaders } = answer;
  const redirect = redirectOf(hop.url, statusCode, headerOf(rawHeaders, "location"));
  trail.isRedirect = redirect !== undefined;
  if (!redirect || trail.redirects.length >= terms.maxRedirects) {
    const startedAt = performance.now();
    const body = await readBody(answer, terms.signal);
    if (!body.error) step.timings.download = elapsedMs(startedAt);
    trail.found = { answer, body };
    return undefined;
  }
  trail.redirects.push({ url: step.url, statusCode });
  if ("refused" in redirect) {
    trail.failure = policyFailure(redirect.refused);
    return undefined;
  }
  return {
    url: redirect.url,
    method: methodAfterRedirect(hop.method, statusCode),
    headers: headersAfterRedirect(hop.url, redirect.url, hop.headers),
  };
}
