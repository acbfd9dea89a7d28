import { type Answer, finishedFacts } from "./answer.ts";
import { latencyOf } from "./latency.ts";

/** Latency is each agent's average round trip; loss is over the packets of all that sent some. */
export function summarisePing(answers: readonly Answer[]) {
  return {
    latencyMs: latencyOf(finishedFacts(answers).flatMap(({ averageMs }) => averageMs ?? [])),
    lossPercent: lossOf(answers),
  };
}

function lossOf(answers: readonly Answer[]) {
  const all = answers.map(({ facts }) => ({
    sent: facts?.sent ?? 0,
    received: facts?.received ?? 0,
  }));
  const sent = all.reduce((sum, one) => sum + one.sent, 0);
  if (sent === 0) return null;
  // Duplicates are counted as received: a made-up surplus of one agent may not hide another's loss.
  const received = all.reduce((sum, one) => sum + Math.min(one.received, one.sent), 0);
  return Math.round((1 - received / sent) * 100_000) / 1000;
}
