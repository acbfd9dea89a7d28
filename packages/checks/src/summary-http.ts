import { type Answer, finishedFacts } from "./answer.ts";
import { countsOf } from "./counts.ts";
import { latencyOf } from "./latency.ts";

/** Latency is the whole exchange, of those that got a status line; the codes they got are counted. */
export function summariseHttp(answers: readonly Answer[]) {
  const facts = finishedFacts(answers);
  return {
    latencyMs: latencyOf(facts.flatMap(({ totalMs }) => totalMs ?? [])),
    statusCodes: countsOf(facts.flatMap(({ statusCode }) => statusCode ?? [])),
  };
}
