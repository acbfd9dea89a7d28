import { readPingLine, type ToldCode, type TroubleCode } from "./ping-line.ts";
import { noCounts, pingStats, type PingStats } from "./ping-stats.ts";
import { cleanText } from "./text.ts";

/** Milliseconds and hops left; `ttl` is null where the tool does not say. */
export type PingReply = { rtt: number; ttl: number | null };

export type PingReport = {
  timings: PingReply[];
  stats: PingStats;
  /** What the network said by ICMP instead of a reply, with the tool's words. */
  told: { code: ToldCode; said: string } | undefined;
  /** What this host or its tool could not do, with the tool's words. */
  trouble: { code: TroubleCode; said: string } | undefined;
  /** Whether the tool came to its end and summed up. */
  isWhole: boolean;
};

const MAX_LINE_CHARS = 512;

/**
 * Reads what ping of iputils, busybox or macOS printed for so many `packets`. The figures are ours,
 * from its lines: the tools sum up differently.
 */
export function parsePing(stdout: string, stderr: string, packets: number): PingReport {
  const replies = new Map<string, PingReply>();
  const counts = noCounts();
  let told: PingReport["told"];
  let trouble: PingReport["trouble"];
  let sent: number | undefined;
  let lastSeq: string | undefined;
  for (const text of `${stdout}\n${stderr}`.split("\n")) {
    const said = text.slice(0, MAX_LINE_CHARS);
    const line = readPingLine(said);
    if (!line) continue;
    switch (line.kind) {
      case "reply":
        lastSeq = undefined;
        if (replies.has(line.seq)) counts.duplicates += 1;
        else if (replies.size < packets) {
          replies.set(line.seq, { rtt: line.rtt, ttl: line.ttl });
          lastSeq = line.seq;
        }
        break;
      case "wrong_data":
        counts.corrupted += 1;
        if (lastSeq !== undefined) replies.delete(lastSeq);
        break;
      case "corrupted":
      case "foreign":
        counts[line.kind] += 1;
        break;
      case "redirect":
        counts.redirects += 1;
        break;
      case "error":
        counts.errors += 1;
        told ??= { code: line.code, said: quoted(said) };
        break;
      case "trouble":
        if (line.isUnsent) counts.unsent += 1;
        // A first line is often of how the tool tried, and permission is what must be given.
        if (!trouble || line.code === "not_permitted")
          trouble = { code: line.code, said: quoted(said) };
        break;
      case "sum":
        sent ??= line.sent;
        break;
    }
  }
  const timings = [...replies.values()];
  const rtts = timings.map(({ rtt }) => rtt);
  const unsummed = trouble ? 0 : packets;
  const total = sent === undefined ? unsummed : Math.min(sent, packets) - counts.unsent;
  return {
    timings,
    stats: pingStats(rtts, total, counts),
    told,
    trouble,
    isWhole: sent !== undefined,
  };
}

function quoted(line: string) {
  return cleanText(line.trim(), MAX_LINE_CHARS);
}
