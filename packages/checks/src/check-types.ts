import type { CheckType } from "@netcheck/wire/message";

import { dns, type DnsFacts } from "./dns-check.ts";
import { http, type HttpFacts } from "./http-check.ts";
import { ping, type PingFacts } from "./ping-check.ts";
import { tcp, type TcpFacts } from "./tcp-check.ts";

/** Every type of check: a new one brings a file of its own. */
export const TYPES = { http, tcp, dns, ping } satisfies Record<CheckType, object>;

/** The few values of a result that aggregates need, kept beside it so that nobody has to load it. */
export type Facts = HttpFacts & TcpFacts & DnsFacts & PingFacts;
