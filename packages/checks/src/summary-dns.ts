import { type Answer, finishedFacts } from "./answer.ts";
import { countsOf } from "./counts.ts";
import { latencyOf } from "./latency.ts";

/** Latency is the exchange with the resolver, of NOERROR answers; NXDOMAIN and its like are counted too. */
export function summariseDns(answers: readonly Answer[]) {
  return {
    latencyMs: latencyOf(finishedFacts(answers).flatMap(({ totalMs }) => totalMs ?? [])),
    statusCodes: countsOf(answers.flatMap(({ facts }) => facts?.statusCodeName ?? [])),
  };
}
