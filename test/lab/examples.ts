import type { CheckType } from "@netcheck/wire/message";

import { ODD_TARGETS } from "../support/odd-targets.ts";
import type { Asked } from "./looking-agent.ts";
import {
  CERTIFICATE_PORTS,
  CHAIN_PORTS,
  FAULT_PORTS,
  MUTE_PORT,
  ODD_PORTS,
  RAW_TLS,
} from "./ports.ts";

/** Who looks: an agent of a site, one on a host without any route, one on a host without ping. */
export type Looker = "agent" | "alone" | "bare";

export type Example = { type: CheckType; target: string; asked?: Asked; by?: Looker };

const WEB = "10.98.2.2";
const quick = { timeoutMs: 1_500 };

const https = (port: number, more: Asked = {}): Example => ({
  type: "http",
  target: "tls.lab",
  asked: { protocol: "https", port, ...more },
});
const page = (path: string, more: Asked = {}): Example => ({
  type: "http",
  target: "web.lab",
  asked: { port: ODD_PORTS.pages, path, ipVersion: 4, ...more },
});
const tcp = (target: string, port: number, more: Asked = {}): Example => ({
  type: "tcp",
  target,
  asked: { port, ...quick, ...more },
});
const dns = (target: string, asked: Asked = {}): Example => ({ type: "dns", target, asked });
const ping = (target: string, more: Asked = {}): Example => ({
  type: "ping",
  target,
  asked: { packets: 2, intervalMs: 200, ...more },
});
const odd = (name: string): Example => ({
  type: "http",
  target: "web.lab",
  asked: { port: ODD_PORTS.answers, path: `/${name}`, ipVersion: 4 },
});

/** One odd answer for each remark, and for each way in which a body breaks off. */
const ODD_NAMES = [
  ...new Map(
    Object.entries(ODD_TARGETS)
      .flatMap(([name, target]) => {
        if ("code" in target) return [[target.code, name] as const];
        const told = [...target.remarks, ...(target.bodyError ? [`body ${target.bodyError}`] : [])];
        return told.map((code) => [code, name] as const);
      })
      .toReversed(),
  ).values(),
];

const fromEntries = <K extends string>(ports: Record<K, number>, prefix: string) =>
  Object.fromEntries(
    Object.entries<number>(ports).map(([name, port]) => [`${prefix}-${name}`, https(port)]),
  );

/** What is recorded in test/fixtures/results, by the name of its file. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "http-well": { type: "http", target: "web.lab", asked: { path: "/status/200", ipVersion: 4 } },
  "http-stuck-body": page("/stuck", quick),
  "http-long-body": page("/long"),
  "http-packed-body": page("/packed"),
  "http-redirects-enough": page("/moved", { maxRedirects: 0 }),
  "http-redirect-inside": { type: "http", target: WEB, asked: { path: "/inside" } },
  "http-missing-name": { type: "http", target: "missing.lab" },
  "http-past-deadline": { type: "http", target: WEB, asked: { port: MUTE_PORT, deadlineMs: 800 } },
  "http-mail-server": odd("mail-server"),
  "http-mute": { type: "http", target: WEB, asked: { port: MUTE_PORT, ...quick } },
  "http-no-host": { type: "http", target: "web.lab/path" },
  "http-alone": { type: "http", target: "web.lab", by: "alone", asked: quick },
  "http2-broken": https(ODD_PORTS.http2, { protocol: "http2" }),
  "https-redirect-from-expired": https(ODD_PORTS.oldRedirect, { path: "/moved" }),
  "https-of-http": https(80),
  "https-mute": https(MUTE_PORT, quick),
  "https-reset": https(ODD_PORTS.reset),
  "https-for-visitors": https(ODD_PORTS.visitors),
  ...Object.fromEntries(ODD_NAMES.map((name) => [`http-${name}`, odd(name)])),
  ...fromEntries(CERTIFICATE_PORTS, "https"),
  ...fromEntries(CHAIN_PORTS, "https"),
  ...fromEntries(FAULT_PORTS, "https"),
  ...Object.fromEntries(
    Object.entries(RAW_TLS).map(([code, { port }]) => [`https-says-${code}`, https(port)]),
  ),

  "tcp-well": tcp("web.lab", 80),
  "tcp-first-address-dead": tcp("half.lab", 80),
  "tcp-every-address-dead": tcp("two.lab", 79, { timeoutMs: 4_000 }),
  "tcp-one-address-inside": tcp("three.lab", 80),
  "tcp-reset": tcp(WEB, ODD_PORTS.reset),
  "tcp-refused": tcp(WEB, 79),
  "tcp-silent": tcp("web.lab", 81),
  "tcp-unreachable": tcp(WEB, 84),
  "tcp-inside": tcp("inside.lab", 80),
  "tcp-alone": { ...tcp(WEB, 80), by: "alone" },

  "dns-well": dns("web.lab"),
  "dns-nodata": dns("nodata.lab"),
  "dns-missing": dns("missing.lab"),
  "dns-refused": dns("refused.lab"),
  "dns-servfail": dns("servfail.lab"),
  "dns-extended-error": dns("bogus.lab"),
  "dns-silent": dns("silent.lab", quick),
  "dns-lame": dns("lame.lab"),
  "dns-referral": dns("referral.lab"),
  "dns-dangling-alias": dns("dangling.lab"),
  "dns-alias-elsewhere": dns("elsewhere.lab"),
  "dns-alias-loop": dns("circle.lab"),
  "dns-unrelated-records": dns("stranger.lab"),
  "dns-malformed": dns("broken.lab", { recordType: "TXT" }),
  "dns-cut-short": dns("cut.lab"),
  "dns-no-edns": dns("old.lab"),
  "dns-crowd": dns("crowd.lab"),
  "dns-missing-resolver": dns("web.lab", { resolver: "missing.lab" }),
  "dns-no-server": dns("web.lab", { resolver: WEB, port: 5399 }),
  "dns-reset": dns("web.lab", { resolver: WEB, port: ODD_PORTS.reset, protocol: "TCP" }),
  "dns-unreachable": dns("web.lab", { resolver: WEB, port: 84, protocol: "TCP", ...quick }),
  "dns-alone": { ...dns("web.lab", { resolver: "10.98.2.53", ...quick }), by: "alone" },

  "ping-well": ping("web.lab", { ipVersion: 4 }),
  "ping-silent": ping("10.98.2.3"),
  "ping-prohibited": ping("10.98.2.5"),
  "ping-in-a-circle": ping("10.98.2.6"),
  "ping-alone": { ...ping(WEB), by: "alone" },
  "ping-bare": { ...ping(WEB), by: "bare" },
};
