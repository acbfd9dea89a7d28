import type { Answer } from "dns-packet";

import type { Question, Reply } from "../support/dns-server.ts";

const a = (name: string, data: string): Answer => ({ type: "A", name, ttl: 60, data });
const aaaa = (name: string, data: string): Answer => ({ type: "AAAA", name, ttl: 60, data });
const alias = (name: string, data: string): Answer => ({ type: "CNAME", name, ttl: 60, data });

const RECORDS: Answer[] = [
  a("web.lab", "10.98.2.2"),
  aaaa("web.lab", "fd98:2::2"),
  a("tls.lab", "10.98.2.2"),
  a("four.lab", "10.98.2.2"),
  a("two.lab", "10.98.2.77"),
  a("two.lab", "10.98.2.2"),
  a("cutoff.lab", "10.98.2.66"),
  a("cutoff.lab", "10.98.2.2"),
  a("half.lab", "10.98.2.77"),
  aaaa("half.lab", "fd98:2::2"),
  a("three.lab", "10.98.2.2"),
  a("three.lab", "10.98.2.3"),
  a("three.lab", "10.98.9.9"),
  aaaa("three.lab", "fd98:2::2"),
  aaaa("six.lab", "fd98:2::2"),
  a("ns.lab", "10.98.2.53"),
  a("inside.lab", "10.98.9.9"),
  aaaa("inside6.lab", "fd98:9::9"),
  aaaa("mapped.lab", "::ffff:10.98.9.9"),
  aaaa("nat64.lab", "64:ff9b::a62:909"),
  aaaa("sixtofour.lab", "2002:a62:909::1"),
  { type: "MX", name: "web.lab", ttl: 300, data: { preference: 10, exchange: "mx.lab" } },
  { type: "TXT", name: "web.lab", ttl: 5, data: ["v=lab"] },
  alias("alias.lab", "web.lab"),
  { type: "CAA", name: "web.lab", ttl: 60, data: { flags: 0, tag: "issue", value: "ca.lab" } },
  { type: "TXT", name: "*.lab", ttl: 60, data: ["any"] },
];

const SOA: Answer = { type: "SOA", name: "lab", data: { mname: "ns.lab", rname: "admin.lab" } };

/** A resolver that knows the names of the lab; `rebind.lab` moves inside after its first answer. */
export function createScript() {
  let rebound = 0;
  return ({ name, type, via, edns }: Question): Reply => {
    const wanted = name.toLowerCase();
    if (wanted === "servfail.lab") return { statusCode: 2 };
    if (wanted === "refused.lab") return { statusCode: 5, recursive: true };
    if (wanted === "silent.lab") return "silence";
    if (wanted === "old.lab" && edns) return { statusCode: 1 };
    if (wanted === "old.lab") return { answers: [a(wanted, "10.98.2.2")] };
    if (wanted === "bogus.lab") return { statusCode: 2, edns: [[6, "no signature"]] };
    if (wanted === "lame.lab") return { lame: true };
    if (wanted === "nodata.lab") return { authorities: [SOA] };
    if (wanted === "elsewhere.lab")
      return { lame: true, answers: [alias(wanted, "site.cdn.example")] };
    if (wanted === "circle.lab")
      return { answers: [alias(wanted, "round.lab"), alias("round.lab", wanted)] };
    if (wanted === "referral.lab")
      return { lame: true, authorities: [{ type: "NS", name: wanted, data: "ns.lab" }] };
    if (wanted === "stranger.lab")
      return { answers: [a(wanted, "10.98.2.2"), a("bank.example", "10.98.2.2")] };
    if (wanted === "broken.lab") return { answers: [{ type: "TXT", name: wanted, data: [] }] };
    if (wanted === "crowd.lab")
      return { answers: Array.from({ length: 101 }, (_, i) => a(wanted, `10.98.3.${i}`)) };
    if (wanted === "dangling.lab")
      return { statusCode: 3, answers: [alias(wanted, "gone.lab")], authorities: [SOA] };
    if (wanted === "cut.lab" && via === "TCP") return "hangup";
    if (wanted === "cut.lab") return { tooLong: true, answers: [a(wanted, "10.98.2.2")] };
    if (wanted === "long.lab" && via === "UDP") return { tooLong: true };
    if (wanted === "long.lab") return { answers: [a("long.lab", "10.98.2.2")] };
    if (wanted === "rebind.lab" && type !== "A") return {};
    if (wanted === "rebind.lab")
      return { answers: [a(wanted, (rebound += 1) === 1 ? "10.98.2.2" : "10.98.9.9")] };
    const known = RECORDS.filter((record) => record.name === wanted);
    if (known.length === 0) return { statusCode: 3 };
    return { answers: known.filter((record) => record.type === type || record.type === "CNAME") };
  };
}
