import { failure, type Failure } from "./failure.ts";
import type { TroubleCode } from "./ping-line.ts";
import type { PingReport } from "./ping-output.ts";
import type { ToolOutput } from "./ping-tool.ts";
import { localReason, named } from "./system-code.ts";

/** What ping ends with where no reply came: macOS has a code of its own. */
const NO_REPLY_CODE = process.platform === "darwin" ? 2 : 1;

/**
 * Why no reply is no reply, undefined where one came: one is enough. How the tool ended and what it
 * could not do are judged before its figures: only a tool that came to its end, and sent, has heard
 * the target's silence.
 */
export function pingVerdict(report: PingReport, { stderr, end }: ToolOutput): Failure | undefined {
  const { stats, told, trouble, isWhole } = report;
  if (stats.rcv > 0) return undefined;
  if (told) {
    const what = told.code === "unreachable" ? "it cannot be reached" : "the way to it is too long";
    return failure("path", "icmp", told.code, `The network says that ${what}: "${told.said}".`);
  }
  if (trouble) return agentFailure(trouble.code, `This host could not ping: "${trouble.said}".`);
  const why = brokenOff(end);
  if (why !== undefined) return agentFailure("ping_failed", why);
  const { corrupted, foreign } = stats;
  if (corrupted + foreign > 0) return badReplies(corrupted, foreign);
  if (!isWhole || !isNoReply(end)) {
    const [said = ""] = stderr.trim().split("\n");
    const words = said ? `: "${said.slice(0, 500)}"` : "";
    const message = `This host's ping ended in a way that this agent does not understand${words}.`;
    return agentFailure("ping_failed", message);
  }
  if (stats.total === 0) return agentFailure("ping_failed", "No packet was sent in time.");
  const packets = stats.total === 1 ? "1 packet was sent" : `${stats.total} packets were sent`;
  return failure("target", "icmp", "no_reply", `${packets}, and none was answered.`);
}

/** A tool that did not run to its end. */
function brokenOff(end: ToolOutput["end"]) {
  if (end === "overdue") return "This host's ping did not end when it was told to.";
  if (end === "flooded") return "This host's ping printed more than this agent reads.";
  if ("killed" in end) return `This host's ping was ended by something else (${end.killed}).`;
  return undefined;
}

function isNoReply(end: ToolOutput["end"]) {
  return typeof end === "object" && "exitCode" in end && end.exitCode === NO_REPLY_CODE;
}

/** Replies came, and none that an honest target sends. Who spoiled them is not known. */
function badReplies(corrupted: number, foreign: number) {
  const told = [
    ...(corrupted > 0 ? [`${corrupted} with other bytes than were sent`] : []),
    ...(foreign > 0 ? [`${foreign} from another address`] : []),
  ];
  return failure("path", "icmp", "bad_reply", `Replies came: ${told.join(", ")}.`);
}

/** The tool did not run at all. */
export function unstartedFailure(command: string, code: string): Failure {
  if (code === "ENOENT")
    return failure("agent", "run", "no_tool", `There is no ${command} on this host.`);
  if (code === "")
    return failure("agent", "icmp", "timeout", "Time ran out before a packet was sent.");
  const message = `This host cannot run ${command}: ${localReason(code)}${named(code)}.`;
  return agentFailure(code === "EACCES" ? "not_permitted" : "ping_failed", message);
}

function agentFailure(code: TroubleCode, message: string) {
  return failure("agent", "icmp", code, message);
}
