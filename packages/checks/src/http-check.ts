import type { AllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";

import { countsOf, finishedFacts, latencyOf } from "./aggregate.ts";
import type { Answer, Asked, CheckedTarget, CheckTypeHere } from "./check-type.ts";
import { type Fields, isWhole, totalOf } from "./fact.ts";
import { isUrl, parseOptions, readPlace, requireName, withoutPort } from "./host.ts";

export type HttpFacts = { totalMs?: number; statusCode?: number };

/** The target may be a URL, which says what the options do not. */
export const http = {
  read(asked: Asked, allow: AllowList): CheckedTarget<HttpOptions> {
    const { url, target, port } = readPlace(asked, allow);
    const given = withoutPort(asked);
    const scheme = isUrl(asked.target) ? url.protocol.slice(0, -1) : undefined;
    const protocol = given["protocol"] ?? scheme ?? (port === 443 ? "https" : "http");
    const fromUrl = { path: url.pathname, query: url.search.slice(1) };
    const options = parseOptions(HttpOptions, { ...fromUrl, ...given, protocol });
    requireName(options.ipVersion, target, "target");
    return { target, port: port ?? (options.protocol === "http" ? 80 : 443), options };
  },

  factsOf({ timings, statusCode }: Fields): HttpFacts {
    return { ...totalOf(timings), ...(isWhole(statusCode, 100, 999) && { statusCode }) };
  },

  /** Latency is the whole exchange, of those that got a status line; the codes they got are counted. */
  summarise(answers: readonly Answer<HttpFacts>[]) {
    const facts = finishedFacts(answers);
    return {
      latencyMs: latencyOf(facts.flatMap(({ totalMs }) => totalMs ?? [])),
      statusCodes: countsOf(facts.flatMap(({ statusCode }) => statusCode ?? [])),
    };
  },
} satisfies CheckTypeHere<HttpFacts>;
