/**
 * Times in milliseconds, `loss` in percent; `total` packets were sent and `rcv` of them answered.
 * Besides: replies that came once more, that were `corrupted` (other or fewer bytes than were sent)
 * or `foreign` (from another address), neither of which counts as answered; `errors` that routers or
 * this host told by ICMP, `redirects` too; and `unsent` packets, which this host refused to send.
 */
export type PingStats = {
  min: number | null;
  avg: number | null;
  max: number | null;
  stddev: number | null;
  total: number;
  rcv: number;
  drop: number;
  loss: number;
} & PingCounts;

export type PingCounts = Record<
  "duplicates" | "corrupted" | "foreign" | "errors" | "redirects" | "unsent",
  number
>;

/** Nothing of any kind. */
export function noCounts(): PingCounts {
  return { duplicates: 0, corrupted: 0, foreign: 0, errors: 0, redirects: 0, unsent: 0 };
}

export function pingStats(rtts: readonly number[], sent: number, counts: PingCounts): PingStats {
  const rcv = rtts.length;
  const total = Math.max(sent, rcv);
  const drop = total - rcv;
  const loss = total === 0 ? 0 : round((drop / total) * 100);
  const counted = { total, rcv, drop, loss, ...counts };
  if (rcv === 0) return { min: null, avg: null, max: null, stddev: null, ...counted };
  const avg = rtts.reduce((sum, rtt) => sum + rtt, 0) / rcv;
  const variance = rtts.reduce((sum, rtt) => sum + (rtt - avg) ** 2, 0) / rcv;
  return {
    min: Math.min(...rtts),
    avg: round(avg),
    max: Math.max(...rtts),
    stddev: round(Math.sqrt(variance)),
    ...counted,
  };
}

function round(value: number) {
  return Math.round(value * 1_000) / 1_000;
}
