import { type AllowList, literalAddress } from "@netcheck/wire/address";
import { DnsOptions } from "@netcheck/wire/options";
import { isReverseNameAllowed } from "@netcheck/wire/reverse-zone";

import { countsOf, finishedFacts, latencyOf } from "./aggregate.ts";
import type { Answer, Asked, CheckedTarget, CheckTypeHere } from "./check-type.ts";
import { type Fields, isCodeName, totalOf } from "./fact.ts";
import {
  bad,
  badOption,
  parseOptions,
  readResolver,
  refused,
  requireName,
  withoutPort,
} from "./host.ts";
import { readName } from "./name.ts";

export type DnsFacts = { totalMs?: number; statusCodeName?: string };

/** The port is the resolver's, and so is `ipVersion`. */
export const dns = {
  read(asked: Asked, allow: AllowList): CheckedTarget<DnsOptions> {
    const { target, port = 53 } = readName(asked, allow);
    const options = parseOptions(DnsOptions, withoutPort(asked));
    if (literalAddress(target) && options.recordType !== "PTR")
      throw bad("target", "Only PTR is asked for an address; give a name.");
    if (!isReverseNameAllowed(target, allow)) throw refused(target, "target");
    const { resolver, ipVersion } = options;
    if (resolver === undefined) {
      if (ipVersion) throw badOption("ipVersion", "ipVersion is for the name of a resolver.");
      if (port !== 53) throw bad("port", "The port is the resolver's: name the resolver.");
      return { target, port, options };
    }
    const at = "options.resolver";
    const host = readResolver(resolver, allow, at);
    requireName(ipVersion, host, at);
    return { target, port, options: { ...options, resolver: host } };
  },

  factsOf({ timings, statusCodeName }: Fields): DnsFacts {
    return { ...totalOf(timings), ...(isCodeName(statusCodeName) && { statusCodeName }) };
  },

  /** Latency is the exchange with the resolver, of NOERROR answers; NXDOMAIN and its like are counted too. */
  summarise(answers: readonly Answer<DnsFacts>[]) {
    return {
      latencyMs: latencyOf(finishedFacts(answers).flatMap(({ totalMs }) => totalMs ?? [])),
      statusCodes: countsOf(answers.flatMap(({ facts }) => facts?.statusCodeName ?? [])),
    };
  },
} satisfies CheckTypeHere<DnsFacts>;
