import { randomInt } from "node:crypto";

import type { DnsOptions } from "@netcheck/wire/options";

import { elapsedMs } from "./dial.ts";
import type { Edns } from "./dns-edns.ts";
import type { Flags } from "./dns-message.ts";
import type { Question } from "./dns-query.ts";
import type { DnsRecord } from "./dns-record.ts";
import type { Asked, Server } from "./dns-server.ts";
import { askTcp } from "./dns-tcp.ts";
import { askUdp } from "./dns-udp.ts";
import type { Failure } from "./failure.ts";
import type { Network } from "./network.ts";
import type { ProbeContext } from "./probe.ts";

export type Protocol = DnsOptions["protocol"];

/** A question that was sent, and what came of it. */
export type Step = {
  resolver: string;
  port: number;
  protocol: Protocol;
  ednsSent: boolean;
  statusCode: number | null;
  statusCodeName: string | null;
  flags: Flags | null;
  edns: Edns | null;
  /** Until the answer or the failure came; null while none has. */
  ms: number | null;
  /** Of an answer by UDP that was cut, which is then asked for by TCP. */
  answers?: DnsRecord[];
  failure?: Failure;
};

export type DnsContext = ProbeContext & { network: Network };

/** Sends a question once, and writes down at its place what came of it. */
export async function send(
  server: Server,
  question: Question,
  { protocol, ednsSent }: Pick<Step, "protocol" | "ednsSent">,
  context: DnsContext,
  steps: Step[],
): Promise<{ asked: Asked; step: Step }> {
  const step: Step = {
    resolver: server.address,
    port: server.port,
    protocol,
    ednsSent,
    statusCode: null,
    statusCodeName: null,
    flags: null,
    edns: null,
    ms: null,
  };
  steps.push(step);
  // Unguessable, so that a forged answer does not fit.
  const query = { ...question, id: randomInt(65_536), withEdns: ednsSent };
  const startedAt = performance.now();
  const asked = await (protocol === "UDP" ? askUdp : askTcp)(server, query, context);
  step.ms = elapsedMs(startedAt);
  if ("failure" in asked) return { asked, step: Object.assign(step, { failure: asked.failure }) };
  const { statusCode, statusCodeName, flags, edns, answers } = asked.message;
  Object.assign(step, { statusCode, statusCodeName, flags, edns });
  if (flags.tc && protocol === "UDP") step.answers = answers;
  return { asked, step };
}
