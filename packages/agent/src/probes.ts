import type { CheckType } from "@netcheck/wire/message";

import { dns } from "./probe-dns.ts";
import { http } from "./probe-http.ts";
import { ping } from "./probe-ping.ts";
import { tcp } from "./probe-tcp.ts";
import type { Probe } from "./probe.ts";

/** Every type of check that this program knows. */
export const PROBES: { readonly [T in CheckType]: Probe<T> } = { http, tcp, dns, ping };
