import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer, setDefaultCACertificates, type TlsOptions } from "node:tls";
import { fileURLToPath } from "node:url";

import { beforeAll, describe, expect, it } from "vitest";

import { handshake, tlsFile } from "../../../test/support/handshake.ts";
import { reportTls } from "./tls-report.ts";

const file = (name: string) => tlsFile(`chains/${name}`);

beforeAll(() => setDefaultCACertificates([file("trusted-roots.pem")]));

/** What is reported of a target that sends this chain. */
function report(name: string, options: TlsOptions & { now?: number; host?: string } = {}) {
  const { now, host = "localhost", ...own } = options;
  const key = file(name === "small-leaf" ? "small-leaf.key" : "site.key");
  const cert = file(`${name}.pem`);
  const server = createServer({ key, cert, ciphers: "DEFAULT@SECLEVEL=0", ...own });
  return handshake(
    server.on("tlsClientError", () => undefined),
    (started) => {
      if ("failure" in started) throw new Error(started.failure.error.message);
      return reportTls(started.socket, host, now);
    },
    host,
  );
}

const told = ({ faults }: Awaited<ReturnType<typeof report>>) =>
  faults.map(({ code, place, subject }) => [code, place, subject["CN"]].join(" "));

describe("[PRB-60] the certificate at fault is named by its place in the chain", () => {
  it.each([
    ["expired-leaf", ["expired leaf expired"]],
    ["expired-intermediate", ["expired intermediate old-authority"]],
    ["expired-root", ["expired root old-root"]],
    ["expired-both", ["expired leaf all-old", "expired intermediate old-authority"]],
    ["expired-under-ancient", ["expired leaf under-ancient"]],
    ["future-intermediate", ["not_yet_valid intermediate new-authority"]],
    ["small-leaf", ["weak_key leaf small"]],
    ["small-intermediate", ["weak_key intermediate small-authority"]],
    ["sha1-leaf", ["weak_signature leaf forged"]],
    ["sha1-intermediate", ["weak_signature intermediate sha1-authority"]],
    ["no-authority", ["not_an_authority intermediate not-an-authority"]],
    ["client-leaf", ["wrong_purpose leaf for-clients"]],
    ["mail-intermediate", ["wrong_purpose intermediate mail-authority"]],
    ["bad-signature", ["bad_signature leaf site"]],
    ["untrusted-root", ["untrusted_root root stranger"]],
    ["untrusted-root-unsent", ["untrusted_root root stranger"]],
    ["same-name", ["untrusted_root root localhost"]],
    ["too-long", ["chain_too_long  "]],
    ["unknown-extension", ["untrusted  "]],
  ])("%s: %j", async (name, expected) => {
    const tls = await report(name);
    expect(told(tls)).toEqual(expected);
    const errors = [...new Set(expected.map((it) => it.split(" ")[0]))];
    expect(tls).toMatchObject({ authorized: false, error: errors[0], errors });
    expect(tls.verdict).toMatch(/^[A-Z_]+$/);
  });
});

describe("[PRB-61] a missing intermediate is not an untrusted root", () => {
  it.each([
    ["no-intermediate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["other-intermediate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ])("%s is an incomplete chain, and the one that is missing is named", async (name, verdict) => {
    const tls = await report(name);
    expect(tls).toMatchObject({ authorized: false, errors: ["incomplete_chain"], verdict });
    expect(tls.faults).toEqual([
      {
        code: "incomplete_chain",
        place: "intermediate",
        subject: { O: "Netcheck tests", CN: "authority" },
        createdAt: null,
        expiresAt: null,
        message: expect.stringMatching(/without that of "authority", which signed it/),
      },
    ]);
    expect(tls.chain.map(({ place }) => place)).toEqual(["leaf"]);
  });
});

describe("[PRB-62] the chain is told as this host reads it", () => {
  it.each(["good", "with-root", "out-of-order", "renewed-intermediate", "cross-signed-root"])(
    "%s: leaf, intermediate and the root that this host trusts",
    async (name) => {
      const tls = await report(name);
      expect(tls).toMatchObject({ authorized: true, error: null, errors: [], faults: [] });
      expect(tls.chain.map(({ place, subject }) => `${place} ${subject["CN"]}`)).toEqual([
        "leaf site",
        "intermediate authority",
        "root root",
      ]);
      expect(tls.chainExpiresAt).toBe("2125-12-31T23:59:59.000Z");
    },
  );

  it("each with its dates, key and faults; the leaf is what the report itself speaks of", async () => {
    const tls = await report("expired-intermediate");
    const { subject, serialNumber, expiresAt } = tls;
    expect(tls.chain[0]).toMatchObject({ subject, serialNumber, expiresAt, faults: [] });
    expect(expiresAt).toBe("2125-12-31T23:59:59.000Z");
    expect(tls.chain[1]).toEqual({
      place: "intermediate",
      subject: { O: "Netcheck tests", CN: "old-authority" },
      issuer: { O: "Netcheck tests", CN: "root" },
      createdAt: "2015-01-01T00:00:00.000Z",
      expiresAt: "2020-01-01T00:00:00.000Z",
      keyType: "EC",
      keyBits: 256,
      serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      faults: ["expired"],
    });
    expect(tls.chainExpiresAt).toBe("2020-01-01T00:00:00.000Z");
    expect(tls.faults[0]?.message).toBe(
      'The intermediate certificate "old-authority" expired on 2020-01-01 00:00 UTC.',
    );
  });

  it("and of a long one the ten nearest, though all of it is judged", async () => {
    const tls = await report("long");
    expect(tls).toMatchObject({ errors: ["expired"], verdict: "CERT_HAS_EXPIRED" });
    expect(tls.chain).toHaveLength(10);
    expect(tls.chain.at(-1)).toMatchObject({ place: "intermediate", subject: { CN: "step-3" } });
  });
});

describe("[PRB-63] a host's wrong clock is no fault of a certificate", () => {
  const in2019 = Date.parse("2019-06-01T00:00:00Z");
  const in2200 = Date.parse("2200-06-01T00:00:00Z");

  it("that it alone calls expired", async () => {
    const tls = await report("expired-both", { now: in2019 });
    expect(tls).toMatchObject({ authorized: true, errors: [], verdict: "CERT_HAS_EXPIRED" });
  });

  it("nor is one good that it alone calls so", async () => {
    const tls = await report("good", { now: in2200 });
    expect(tls).toMatchObject({ authorized: false, errors: ["expired"], verdict: null });
    expect(tls.faults.map(({ place }) => place)).toEqual(["leaf", "intermediate", "root"]);
  });
});

describe("[PRB-64] a name has one form", () => {
  it.each([
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
  ])("a certificate is for %s", async (host) => {
    expect(await report("good", { host })).toMatchObject({ authorized: true });
  });

  it.each(["local.host", "a.localhost", "127.0.0.2", "::1"])("and not for %s", async (host) => {
    const tls = await report("good", { host });
    expect(tls).toMatchObject({ errors: ["wrong_name"], verdict: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(tls.faults[0]).toMatchObject({
      place: "leaf",
      message: `The certificate "site" is not for ${host}. It names localhost, tls.lab, 127.0.0.1.`,
    });
  });

  it.each([
    ["localhost.", "localhost"],
    ["bücher.example.", "xn--bcher-kva.example"],
    ["XN--Bcher-Kva.example", "xn--bcher-kva.example"],
    ["127.0.0.1", undefined],
    ["[::1]", undefined],
    ["::ffff:127.0.0.1", undefined],
  ])("of %s, %s is asked for", async (host, expected) => {
    let asked: string | undefined;
    const SNICallback = (name: string, done: (error: null) => void) => {
      asked = name;
      done(null);
    };
    await report("good", { host, SNICallback });
    expect(asked).toBe(expected);
  });
});

const NAMES = readdirSync(new URL("../../../test/fixtures/tls/chains/", import.meta.url))
  .filter((name) => name.endsWith(".pem") && name !== "trusted-roots.pem")
  .map((name) => name.replace(".pem", ""));

it.each(NAMES)("[PRB-62] openssl verify agrees on whether to trust %s", async (name) => {
  const chain = fileURLToPath(
    new URL(`../../../test/fixtures/tls/chains/${name}.pem`, import.meta.url),
  );
  const roots = chain.replace(/[^/]+$/, "trusted-roots.pem");
  const trust = `-CAfile ${roots} -no-CApath -untrusted ${chain}`;
  const terms = "-purpose sslserver -auth_level 2 -verify_hostname localhost";
  const { status } = spawnSync("openssl", ["verify", ...`${trust} ${terms} ${chain}`.split(" ")]);
  expect((await report(name)).authorized).toBe(status === 0);
});
