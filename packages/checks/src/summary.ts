import type { CheckType } from "@netcheck/wire/message";

import type { Answer } from "./answer.ts";
import { summariseDns } from "./summary-dns.ts";
import { summariseHttp } from "./summary-http.ts";
import { summarisePing } from "./summary-ping.ts";
import { summariseTcp } from "./summary-tcp.ts";

/** How the answers of a type come together: a new type brings a file of its own. */
const SUMMARIES = {
  http: summariseHttp,
  tcp: summariseTcp,
  dns: summariseDns,
  ping: summarisePing,
} satisfies Record<CheckType, (answers: readonly Answer[]) => object>;

/** What the answers in time say together, `null` where they say nothing. */
export function summarise(type: CheckType, answers: readonly Answer[]) {
  return SUMMARIES[type](answers);
}
