/** What the network says by ICMP instead of a reply. */
export type ToldCode = "unreachable" | "time_exceeded";
export type TroubleCode = "not_permitted" | "unreachable" | "ping_failed";

/**
 * A line of ping that says how a packet fared. `wrong_data` is about the reply before it, `trouble`
 * is what this host could not do: with `isUnsent`, send one packet.
 */
export type PingLine =
  | { kind: "reply"; seq: string; rtt: number; ttl: number | null }
  | { kind: "corrupted" | "foreign" | "wrong_data" | "redirect" }
  | { kind: "error"; code: ToldCode }
  | { kind: "trouble"; code: TroubleCode; isUnsent: boolean }
  | { kind: "sum"; sent: number };

const REPLY =
  /^\d+ bytes from \S+[:,] (?:icmp_)?seq=(\d{1,9})(?: (?:ttl|hlim)=(\d{1,3}))?(?: time[=<]([\d.]{1,16}) ?ms)?(.*)/;
const SENT = /^(\d{1,9}) packets transmitted/;
const FROM_NETWORK = /^From \S+|^\d+ bytes from \S+[:,] |\bgot ICMP \d/;
const FROM_TOOL = /^(?:ping6?|connect|socket|bind|sendmsg|sendto|recvmsg): (?!warning)/i;
const UNSENT = /\b(?:sendmsg|sendto|local error)\b/;

/** Reads a line of iputils, busybox or macOS under LC_ALL=C; undefined if it says nothing of that. */
export function readPingLine(line: string): PingLine | undefined {
  const reply = REPLY.exec(line);
  if (reply) return readReply(reply);
  const sent = SENT.exec(line)?.[1];
  if (sent !== undefined) return { kind: "sum", sent: Number(sent) };
  if (line.startsWith("wrong data byte")) return { kind: "wrong_data" };
  if (FROM_NETWORK.test(line)) return readTold(line);
  return FROM_TOOL.test(line) ? readTrouble(line) : undefined;
}

function readReply([, seq = "", ttl, time = "", rest = ""]: RegExpExecArray): PingLine | undefined {
  if (/BAD CHECKSUM|truncated/i.test(rest)) return { kind: "corrupted" };
  if (/DIFFERENT ADDRESS/i.test(rest)) return { kind: "foreign" };
  const rtt = time === "" ? Number.NaN : Number(time);
  if (!Number.isFinite(rtt)) return undefined;
  return { kind: "reply", seq, rtt, ttl: ttl === undefined ? null : Number(ttl) };
}

function readTold(line: string): PingLine {
  if (/redirect/i.test(line)) return { kind: "redirect" };
  const isExceeded = /time to live exceeded|time exceeded|hop limit/i.test(line);
  return { kind: "error", code: isExceeded ? "time_exceeded" : "unreachable" };
}

function readTrouble(line: string): PingLine {
  const isUnsent = UNSENT.test(line);
  if (/not permitted|permission denied|privilege|broadcast/i.test(line))
    return { kind: "trouble", code: "not_permitted", isUnsent };
  const isCutOff =
    /unreachable|no route|assign requested|address family|invalid argument|is down/i.test(line);
  return { kind: "trouble", code: isCutOff ? "unreachable" : "ping_failed", isUnsent };
}
