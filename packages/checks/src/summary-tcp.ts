import { type Answer, finishedFacts } from "./answer.ts";
import { latencyOf } from "./latency.ts";

/** Latency is name and handshake together, of those that connected. */
export function summariseTcp(answers: readonly Answer[]) {
  const open = answers.filter(({ status }) => status === "finished").length;
  return {
    latencyMs: latencyOf(finishedFacts(answers).flatMap(({ totalMs }) => totalMs ?? [])),
    state: stateOf(open, answers.filter(hasLooked).length),
  };
}

function stateOf(open: number, looked: number) {
  if (looked === 0) return null;
  if (open === looked) return "open" as const;
  return open === 0 ? ("closed" as const) : ("partial" as const);
}

/** One whose own fault it was has learnt nothing of the port. */
function hasLooked({ failureSource }: Answer) {
  return failureSource !== "agent" && failureSource !== "platform";
}
