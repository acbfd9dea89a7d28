import { cleanText } from "./text.ts";

/** Milliseconds and hops left; `ttl` is null where the tool does not say. */
export type PingReply = { rtt: number; ttl: number | null };

/** Times in milliseconds, `loss` in percent; `total` packets were sent and `rcv` of them answered. */
export type PingStats = {
  min: number | null;
  avg: number | null;
  max: number | null;
  stddev: number | null;
  total: number;
  rcv: number;
  drop: number;
  loss: number;
  duplicates: number;
};

/** What a router or this host said instead of a reply. */
export type Obstacle = {
  code: "unreachable" | "time_exceeded" | "not_permitted" | "ping_failed";
  message: string;
};

export type PingReport = { timings: PingReply[]; stats: PingStats; obstacle: Obstacle | undefined };

const MAX_LINE_CHARS = 512;
const REPLY =
  /^\d+ bytes from \S+[:,] (?:icmp_)?seq=(\d{1,9})(?: (?:ttl|hlim)=(\d{1,3}))? time[=<]([\d.]{1,16}) ?ms/;
const SENT = /^(\d{1,9}) packets transmitted/;

/** Listed first, told first: what speaks of the way there is more telling than what a tool prints after it. */
const OBSTACLES: readonly [Obstacle["code"], RegExp][] = [
  ["not_permitted", /operation not permitted|permission denied|socket: \S/i],
  ["time_exceeded", /time to live exceeded|time exceeded|hop limit/i],
  ["unreachable", /unreachable|no route to host|packet filtered|prohibited/i],
];

/**
 * Reads what ping of iputils, busybox or macOS printed under LC_ALL=C for so many `packets`. The
 * figures are ours, from its reply lines: the tools sum up differently.
 */
export function parsePing(stdout: string, stderr: string, packets: number): PingReport {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.slice(0, MAX_LINE_CHARS));
  const replies = new Map<string, PingReply>();
  let duplicates = 0;
  let sent: number | undefined;
  for (const line of lines) {
    const [, seq, ttl, time] = REPLY.exec(line) ?? [];
    const rtt = Number(time);
    if (seq !== undefined && Number.isFinite(rtt)) {
      if (replies.has(seq)) duplicates += 1;
      else if (replies.size < packets)
        replies.set(seq, { rtt, ttl: ttl === undefined ? null : Number(ttl) });
    }
    sent ??= Number(SENT.exec(line)?.[1]) || undefined;
  }
  const timings = [...replies.values()];
  const total = Math.max(Math.min(sent ?? packets, packets), timings.length);
  return {
    timings,
    stats: {
      ...statsOf(
        timings.map(({ rtt }) => rtt),
        total,
      ),
      duplicates,
    },
    obstacle: obstacleOf(lines, stderr, sent),
  };
}

function statsOf(rtts: readonly number[], total: number) {
  const rcv = rtts.length;
  const drop = total - rcv;
  const counts = { total, rcv, drop, loss: total === 0 ? 0 : round((drop / total) * 100) };
  if (rcv === 0) return { min: null, avg: null, max: null, stddev: null, ...counts };
  const avg = rtts.reduce((sum, rtt) => sum + rtt, 0) / rcv;
  const variance = rtts.reduce((sum, rtt) => sum + (rtt - avg) ** 2, 0) / rcv;
  return {
    min: Math.min(...rtts),
    avg: round(avg),
    max: Math.max(...rtts),
    stddev: round(Math.sqrt(variance)),
    ...counts,
  };
}

function obstacleOf(lines: readonly string[], stderr: string, sent: number | undefined) {
  for (const [code, pattern] of OBSTACLES) {
    const line = lines.find((it) => !REPLY.test(it) && pattern.test(it));
    if (line !== undefined) return { code, message: cleanText(line.trim(), MAX_LINE_CHARS) };
  }
  const [first] = stderr.trim().split("\n");
  if (sent !== undefined || !first) return undefined;
  return { code: "ping_failed" as const, message: cleanText(first, MAX_LINE_CHARS) };
}

function round(value: number) {
  return Math.round(value * 1_000) / 1_000;
}
