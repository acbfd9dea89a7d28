import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import { literalAddress } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";

import type { Answer } from "./answer.ts";
import { dial, elapsedMs, type DialRecord } from "./dial.ts";
import { exchangeHttp2 } from "./exchange-http2.ts";
import { exchange } from "./exchange.ts";
import type { Failure } from "./failure.ts";
import { requestHeaders } from "./headers.ts";
import { brokenFailure, resetError } from "./http-failure.ts";
import { remarksOf, type Remark } from "./http-remark.ts";
import type { ProbeContext } from "./probe.ts";
import { cleanText } from "./text.ts";
import { reportTls, type TlsReport } from "./tls-report.ts";
import { startTls } from "./tls.ts";

const MAX_URL_CHARS = 8_192;

export type Hop = { url: URL; method: string; headers: Record<string, string> };

/** What holds for every hop. */
export type Terms = ProbeContext & {
  maxRedirects: number;
  ipVersion: IpVersion | undefined;
  http2: boolean;
};

type Timings = Record<"dns" | "tcp" | "tls" | "firstByte" | "download", number | null>;

/** What was learnt of one hop; null is what it did not come to. */
export type Step = DialRecord & {
  url: string;
  method: string;
  timings: Timings;
  tls: TlsReport | null;
  statusCode: number | null;
  statusCodeName: string | null;
  httpVersion: string | null;
  remarks: Remark[];
  failure?: Failure;
};

/** The first line that came, and an answer, or what stood in its way. The caller destroys the socket. */
export type HopEnd = { firstLine: string | null } & (
  | { answer: Answer; socket: Socket }
  | { failure: Failure }
);

/** A hop that nothing is known of. */
export function stepOf({ url, method }: Hop): Step {
  return {
    url: cleanText(url.href, MAX_URL_CHARS),
    method,
    tried: [],
    resolvedAddress: null,
    timings: { dns: null, tcp: null, tls: null, firstByte: null, download: null },
    tls: null,
    statusCode: null,
    statusCodeName: null,
    httpVersion: null,
    remarks: [],
  };
}

/** Asks for a hop's page on a connection of its own, and fills in what it learns. */
export async function takeHop(hop: Hop, terms: Terms, step: Step): Promise<HopEnd> {
  const opened = await openHop(hop.url, terms, step);
  if ("failure" in opened) return { firstLine: null, ...opened };
  const { socket, http2 } = opened;
  const { signal } = terms;
  const request = { ...hop, headers: requestHeaders(hop.url, hop.headers), signal };
  const answered = await (http2 ? exchangeHttp2(http2, request) : exchange(socket, request));
  step.timings.firstByte = answered.firstByteMs;
  if ("failure" in answered) {
    socket.destroy();
    return answered;
  }
  const { statusCode, httpVersion, remarks } = answered.answer;
  const statusCodeName = STATUS_CODES[statusCode] ?? "";
  Object.assign(step, { statusCode, statusCodeName, httpVersion, remarks: remarksOf(remarks) });
  return { ...answered, socket };
}

/** A connection that is ready for a request; `http2` if both ends agreed on it. */
type Opened = { socket: Socket; http2?: TLSSocket };

/** Connects to the URL's host, with TLS where it says so. */
async function openHop(url: URL, terms: Terms, step: Step): Promise<Opened | { failure: Failure }> {
  const host = hostOf(url);
  const encrypted = url.protocol === "https:";
  const port = Number(url.port) || (encrypted ? 443 : 80);
  const dialled = await dial({ ...terms, host, port }, step);
  if ("failure" in dialled) return { failure: afterHandshake(dialled.failure, encrypted) };
  if (!encrypted) return dialled;
  const startedAt = performance.now();
  const secured = await startTls(dialled.socket, { ...terms, host });
  if ("failure" in secured) {
    dialled.socket.destroy();
    return secured;
  }
  const { socket } = secured;
  step.timings.tls = elapsedMs(startedAt);
  step.tls = reportTls(socket, host, terms.now?.());
  return socket.alpnProtocol === "h2" ? { socket, http2: socket } : { socket };
}

/** A target that resets at once is the same whether its reset or our handshake is noticed first. */
function afterHandshake(failure: Failure, encrypted: boolean): Failure {
  if (failure.error.code !== "reset") return failure;
  return encrypted ? { ...failure, failedPhase: "tls" } : brokenFailure(resetError());
}

/**
 * The host of a URL as it is dialled and named in TLS: an address without brackets, and as IPv4
 * where IPv6 carries one; a name without the dot of the root. `Host` keeps the dot, as curl's does.
 */
function hostOf({ hostname }: URL) {
  return literalAddress(hostname) ?? hostname.replace(/\.$/, "");
}
