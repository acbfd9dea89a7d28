import { X509Certificate } from "node:crypto";

import { TLS_FAULT_CODES } from "@netcheck/wire/tls-fault";
import { expect, it } from "vitest";

import { tlsFile } from "../../../test/support/handshake.ts";
import type { Chain } from "./tls-chain.ts";
import { faultOf, judge } from "./tls-verdict.ts";

const leaf = new X509Certificate(tlsFile("chains/no-intermediate.pem"));
const chain: Chain = { certificates: [leaf], end: "broken" };

const judged = (verdict: string, host = "localhost") =>
  judge({ verdict, chain, host, now: Date.now() }).map(({ code }) => code);

it("[PRB-60] of a chain that OpenSSL calls good only the name is at fault", () => {
  expect(judged("ERR_TLS_CERT_ALTNAME_INVALID", "elsewhere")).toEqual(["wrong_name"]);
});

it.each([
  ["CERT_HAS_EXPIRED", ["incomplete_chain", "expired"]],
  ["CERT_REJECTED", ["incomplete_chain", "untrusted"]],
  ["UNSPECIFIED", ["incomplete_chain", "untrusted"]],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", ["incomplete_chain"]],
])("[PRB-60] %s is told even where nothing shows it: %j", (verdict, codes) => {
  expect(judged(verdict)).toEqual(codes);
});

it.each(TLS_FAULT_CODES)(
  "[PRB-60] %s has words even for a certificate that is not known",
  (code) => {
    const look = { verdict: null, chain: { ...chain, certificates: [] }, host: "x", now: 0 };
    const { message } = faultOf({ code }, look);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(message).not.toMatch(/null|undefined/);
  },
);
