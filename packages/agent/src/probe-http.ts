import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import { HttpOptions, type IpVersion } from "@netcheck/wire/options";

import type { Answer } from "./answer.ts";
import { readBody } from "./body.ts";
import { dial, elapsedMs, type DialRecord } from "./dial.ts";
import { exchangeHttp2 } from "./exchange-http2.ts";
import { exchange } from "./exchange.ts";
import { failure, policyFailure, type Failure } from "./failure.ts";
import { answerHeaders, headersAfterRedirect, requestHeaders } from "./headers.ts";
import type { Outcome, Probe, ProbeContext } from "./probe.ts";
import { methodAfterRedirect, redirectOf } from "./redirect.ts";
import { cleanText } from "./text.ts";
import { reportTls, type TlsReport } from "./tls-report.ts";
import { startTls } from "./tls.ts";

const MAX_URL_CHARS = 8_192;

type Timings = Record<"dns" | "tcp" | "tls" | "firstByte" | "download", number | null> & {
  total: number;
};

/** What the check has learnt; all but `redirects` and `timings.total` is about the last hop. */
type HttpRecord = DialRecord & {
  redirects: { url: string; statusCode: number }[];
  finalUrl: string;
  timings: Timings;
  tls: TlsReport | null;
};

type Hop = { url: URL; method: string; headers: Record<string, string> };

/** What holds for every hop. */
type Terms = ProbeContext & {
  maxRedirects: number;
  ipVersion: IpVersion | undefined;
  http2: boolean;
};

/** A connection that is ready for a request; `http2` if both ends agreed on it. */
type Opened = { socket: Socket; http2?: TLSSocket } | { failure: Failure };

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
    return { failure: failure("agent", "run", "bad_target", "Not a host name."), result: {} };
  const record: HttpRecord = {
    redirects: [],
    finalUrl: url.href,
    resolvedAddress: null,
    tried: [],
    timings: noTimings(),
    tls: null,
  };
  const hop = { url, method: options.method, headers: options.headers };
  const { maxRedirects, ipVersion, protocol } = options;
  const terms = { ...context, maxRedirects, ipVersion, http2: protocol === "http2" };
  const outcome = await follow(hop, terms, record);
  record.timings.total = elapsedMs(startedAt);
  return outcome;
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

function noTimings(): Timings {
  return { dns: null, tcp: null, tls: null, firstByte: null, download: null, total: 0 };
}

async function follow(first: Hop, terms: Terms, record: HttpRecord): Promise<Outcome> {
  let hop = first;
  for (;;) {
    const opened = await openHop(hop.url, terms, record);
    if ("failure" in opened) return { failure: opened.failure, result: record };
    try {
      const request = {
        method: hop.method,
        url: hop.url,
        headers: requestHeaders(hop.url, hop.headers),
        signal: terms.signal,
      };
      const answered = opened.http2
        ? await exchangeHttp2(opened.http2, request)
        : await exchange(opened.socket, request);
      if ("failure" in answered) return { failure: answered.failure, result: record };
      const { answer } = answered;
      record.timings.firstByte = answered.firstByteMs;
      const { statusCode } = answer;
      const next =
        record.redirects.length < terms.maxRedirects
          ? redirectOf(hop.url, statusCode, answer.headers.location)
          : undefined;
      if (!next) return { result: await finish(answer, terms.signal, record) };
      record.redirects.push({ url: record.finalUrl, statusCode });
      if ("refused" in next) return { failure: policyFailure(next.refused), result: record };
      hop = {
        url: next.url,
        method: methodAfterRedirect(hop.method, statusCode),
        headers: headersAfterRedirect(hop.url, next.url, hop.headers),
      };
    } finally {
      opened.socket.destroy();
    }
  }
}

/** Connects to the URL's host, with TLS where it says so; what was learnt of the hop before is dropped. */
async function openHop(url: URL, terms: Terms, record: HttpRecord): Promise<Opened> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const encrypted = url.protocol === "https:";
  record.finalUrl = cleanText(url.href, MAX_URL_CHARS);
  record.resolvedAddress = null;
  record.tried = [];
  record.timings = noTimings();
  record.tls = null;
  const port = Number(url.port) || (encrypted ? 443 : 80);
  const dialled = await dial({ ...terms, host, port }, record);
  if ("failure" in dialled || !encrypted) return dialled;
  const startedAt = performance.now();
  const secured = await startTls(dialled.socket, { ...terms, host });
  if ("failure" in secured) {
    dialled.socket.destroy();
    return secured;
  }
  const { socket } = secured;
  record.timings.tls = elapsedMs(startedAt);
  record.tls = reportTls(socket, host);
  return socket.alpnProtocol === "h2" ? { socket, http2: socket } : { socket };
}

async function finish(answer: Answer, signal: AbortSignal, record: HttpRecord) {
  const startedAt = performance.now();
  const body = await readBody(answer, signal);
  if (!body.error) record.timings.download = elapsedMs(startedAt);
  const { statusCode, httpVersion } = answer;
  return {
    statusCode,
    statusCodeName: STATUS_CODES[statusCode] ?? "",
    httpVersion,
    ...record,
    headers: answerHeaders(answer.rawHeaders),
    body: body.text,
    truncated: body.truncated,
    bodyError: body.error,
  };
}
