import { HttpOptions } from "@netcheck/wire/options";

import { elapsedMs } from "./dial.ts";
import { failure } from "./failure.ts";
import { httpResult } from "./http-result.ts";
import { follow } from "./http-trail.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";

export const http: Probe<"http"> = {
  run: ({ target, port, options }, context) => probeHttp(target, port, options, context),
  runHere: (port, context) => probeHttp("127.0.0.1", port, HttpOptions.parse({}), context),
};

/** Asks for a page and follows its redirects, each hop on a connection of its own. */
export async function probeHttp(
  host: string,
  port: number | undefined,
  options: HttpOptions,
  context: ProbeContext,
): Promise<Outcome> {
  const startedAt = performance.now();
  const url = firstUrl(host, port, options);
  if (!url)
    return {
      failure: failure("agent", "run", "bad_target", "Not a host name."),
      result: { steps: [], endedBy: null },
    };
  const hop = { url, method: options.method, headers: options.headers };
  const { maxRedirects, ipVersion, protocol } = options;
  const terms = { ...context, maxRedirects, ipVersion, http2: protocol === "http2" };
  const trail = await follow(hop, terms);
  const result = httpResult(trail, context.signal, elapsedMs(startedAt));
  return trail.failure ? { failure: trail.failure, result } : { result };
}

function firstUrl(host: string, port: number | undefined, options: HttpOptions) {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (/[/?#@\\\s]/.test(name)) return null;
  const url = URL.parse(`${options.protocol === "http" ? "http" : "https"}://${name}`);
  if (!url) return null;
  if (port !== undefined) url.port = String(port);
  const query = options.query && `?${options.query.replace(/^\?/, "")}`;
  return URL.parse(url.origin + `${options.path}${query}`.replaceAll("#", "%23"));
}
