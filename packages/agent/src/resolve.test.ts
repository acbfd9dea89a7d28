import { Resolver } from "node:dns/promises";

import { describe, expect, it } from "vitest";

import { resolveHost, type Sources } from "./resolve.ts";

type Reply = string[] | string | Promise<string[]>;

/** Sources that give these addresses, fail with these codes, or take their time. */
function sources(
  { v4, v6 = "ENODATA", system = "ENOTFOUND" }: Record<string, Reply>,
  servers = ["127.0.0.1"],
): Sources {
  const say = (reply: Reply = "ENODATA") =>
    typeof reply === "string"
      ? Promise.reject(Object.assign(new Error(reply), { code: reply }))
      : Promise.resolve(reply);
  // The types of Node's resolver are overloaded by options that are not used here.
  const resolver = Object.assign(new Resolver(), {
    resolve4: () => say(v4),
    resolve6: () => say(v6),
    getServers: () => servers,
  });
  return { resolver, lookup: () => say(system) };
}

const soon = () => AbortSignal.timeout(2_000);
const never = new Promise<string[]>(() => undefined);

const resolve = (replies: Record<string, Reply>, signal = soon()) =>
  resolveHost("a.example", signal, { sources: sources(replies) });

describe("a name", () => {
  it("has the addresses of both families, IPv4 first", async () => {
    const both = await resolve({ v4: ["192.0.2.1", "192.0.2.2"], v6: ["2001:db8::1"] });
    expect(both).toEqual({ addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"] });
    const only = await resolve({ v4: "ENODATA", v6: ["2001:db8::1"] });
    expect(only).toEqual({ addresses: ["2001:db8::1"] });
  });

  it("[PRB-80] has the IPv4 address that stands inside an IPv6 one", async () => {
    const mapped = await resolve({ v4: "ENODATA", v6: ["::ffff:192.0.2.1"] });
    expect(mapped).toEqual({ addresses: ["192.0.2.1"] });
  });

  it("does not wait for a resolver that is silent about IPv6", async () => {
    expect(await resolve({ v4: ["192.0.2.1"], v6: never })).toEqual({ addresses: ["192.0.2.1"] });
  });

  it("may be known to the system alone", async () => {
    const addresses = { addresses: ["192.0.2.1", "::1"] };
    for (const v4 of ["ENOTFOUND", "ENODATA", "ECONNREFUSED"])
      expect(await resolve({ v4, v6: v4, system: ["::1", "192.0.2.1"] })).toEqual(addresses);
  });

  it.each<[string, string, string, Record<string, Reply>]>([
    ["target", "not_found", "does not exist", { v4: "ENOTFOUND", v6: "ENOTFOUND" }],
    ["target", "not_found", "has no address", { v4: "ENODATA", v6: "ENODATA" }],
    ["resolver", "resolver_failed", "is not answered for", { v4: "ESERVFAIL", v6: "ESERVFAIL" }],
    ["resolver", "resolver_failed", "is half answered for", { v4: "ENODATA", v6: "ESERVFAIL" }],
    ["resolver", "timeout", "meets silence", { v4: "ETIMEOUT", v6: "ETIMEOUT" }],
  ])("is the %s's fault (%s) where it %s", async (failureSource, code, _where, replies) => {
    expect(await resolve(replies)).toMatchObject({
      failure: { failureSource, failedPhase: "dns", error: { code } },
    });
  });

  it.each<[Record<string, Reply>, string]>([
    [{ v4: "ENOTFOUND", v6: "ENOTFOUND" }, "a.example does not exist."],
    [{ v4: "ENODATA", v6: "ENODATA" }, "a.example has no address."],
    [{ v4: "ETIMEOUT", v6: "ETIMEOUT" }, "The resolver did not answer for a.example in time."],
    [
      { v4: "ESERVFAIL", v6: "ESERVFAIL" },
      "a.example could not be looked up: the resolver could not find out (ESERVFAIL).",
    ],
    [
      { v4: "ECONNREFUSED", v6: "ECONNREFUSED", system: "EAI_AGAIN" },
      "a.example could not be looked up: the resolver gave no answer (EAI_AGAIN).",
    ],
  ])("[PRB-79] is told in our words: %j", async (replies, message) => {
    expect(await resolve(replies)).toMatchObject({ failure: { error: { message } } });
  });

  it.each(["EMFILE", "EAI_SYSTEM", "E_NOBODY_KNOWS"])(
    "[PRB-79] that this host fails to ask for (%s) is its own fault",
    async (code) => {
      const failure = { failureSource: "agent", error: { code: "resolver_failed" } };
      expect(await resolve({ v4: code, v6: code })).toMatchObject({ failure });
    },
  );

  it("[PRB-79] is the agent's fault where this host has no route to its resolver", async () => {
    const silence = { v4: "ECONNREFUSED", v6: "ECONNREFUSED", system: "EAI_AGAIN" };
    const given = { sources: sources(silence, ["[ff02::1]:53"]) };
    const resolution = await resolveHost("a.example", soon(), given);
    expect(resolution).toMatchObject({
      failure: { failureSource: "agent", failedPhase: "dns", error: { code: "resolver_failed" } },
    });
  });

  it("is not asked for when the check's time is over", async () => {
    let asked = 0;
    const resolver = Object.assign(new Resolver(), {
      resolve4: () => Promise.resolve([`192.0.2.${(asked += 1)}`]),
    });
    const given = { sources: { resolver, lookup: () => Promise.resolve([]) } };
    const resolution = await resolveHost("a.example", AbortSignal.abort(), given);
    expect(resolution).toMatchObject({ failure: { error: { code: "timeout" } } });
    expect(asked).toBe(0);
  });

  it("is the resolver's fault where the check's time ends first", async () => {
    expect(await resolve({ v4: never, v6: never }, AbortSignal.timeout(30))).toMatchObject({
      failure: { failureSource: "resolver", error: { code: "timeout" } },
    });
  });
});

describe("a family of addresses that was asked for", () => {
  const both = { v4: ["192.0.2.1"], v6: ["2001:db8::1"], system: ["192.0.2.9", "2001:db8::9"] };
  const of = (ipVersion: 4 | 6, replies: Record<string, Reply>) =>
    resolveHost("a.example", soon(), { ipVersion, sources: sources(replies) });

  it("is the only one that counts", async () => {
    expect(await of(4, both)).toEqual({ addresses: ["192.0.2.1"] });
    expect(await of(6, both)).toEqual({ addresses: ["2001:db8::1"] });
    expect(await of(6, { ...both, v6: "ENODATA" })).toEqual({ addresses: ["2001:db8::9"] });
  });

  it.each<[string, 4 | 6]>([
    ["a.example", 6],
    ["192.0.2.1", 6],
    ["2001:db8::1", 4],
  ])("is missed in %s (%i)", async (host, ipVersion) => {
    const replies = { v4: ["192.0.2.1"], system: ["192.0.2.9"] };
    const resolution = resolveHost(host, soon(), { ipVersion, sources: sources(replies) });
    const message = `${host} has no IPv${ipVersion} address.`;
    const failure = { failureSource: "target", error: { code: "not_found", message } };
    expect(await resolution).toMatchObject({ failure });
  });

  it("[PRB-79] is not what is missed where the name does not exist", async () => {
    const resolution = await of(4, { v4: "ENOTFOUND" });
    const error = { code: "not_found", message: "a.example does not exist." };
    expect(resolution).toMatchObject({ failure: { error } });
  });

  it("[PRB-79] is missed where the system knows the other alone", async () => {
    const resolution = await of(4, { v4: "ENODATA", system: ["2001:db8::9"] });
    const error = { code: "not_found", message: "a.example has no IPv4 address." };
    expect(resolution).toMatchObject({ failure: { error } });
  });
});

describe("no resolver is asked", () => {
  const nobody = { sources: sources({ v4: "EASKED", v6: "EASKED", system: "EASKED" }) };

  it.each([
    ["192.0.2.1", ["192.0.2.1"]],
    ["2001:db8::1", ["2001:db8::1"]],
    ["[::1]", ["::1"]],
    ["127.1", ["127.0.0.1"]],
    ["app.localhost", ["127.0.0.1", "::1"]],
    ["127.0.0.1.", ["127.0.0.1"]],
    ["１２７.0.0.1", ["127.0.0.1"]],
    ["::ffff:192.0.2.1", ["192.0.2.1"]],
    ["[::ffff:c000:201]", ["192.0.2.1"]],
    ["APP.Localhost.", ["127.0.0.1", "::1"]],
  ])("[PRB-80] about %s", async (host, addresses) => {
    expect(await resolveHost(host, soon(), nobody)).toEqual({ addresses });
  });

  it.each(["invalid", "missing.invalid", "Missing.INVALID.", " ", "a b"])(
    "about %j",
    async (host) => {
      const failure = { failureSource: "target", error: { code: "not_found" } };
      expect(await resolveHost(host, soon(), nobody)).toMatchObject({ failure });
    },
  );
});
