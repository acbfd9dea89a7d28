import { Fault, invalid } from "@netcheck/kernel/fault";
import { type AllowList, isAddressAllowed, literalAddress } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";
import * as z from "zod";

import type { Asked } from "./check-type.ts";

export const Port = z.int("A port is a whole number.").min(1).max(65_535);

/** Names that stand for the machine or its surroundings, whatever a resolver says. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Host and port of a target that may be a URL. */
export function readPlace(asked: Asked, allow: AllowList) {
  const url = parseTarget(asked.target, "target");
  const target = hostOf(url, allow, "target");
  return { url, target, port: portOf(asked, portIn(asked.target, url)) };
}

/** Host and port of a target that is none. */
export function readHost(asked: Asked, allow: AllowList) {
  refuseUrl(asked.target, "target");
  return readPlace(asked, allow);
}

/** The host of a resolver, whose port stands elsewhere. */
export function readResolver(text: string, allow: AllowList, at: string) {
  refuseUrl(text, at);
  const url = parseTarget(text, at);
  if (portIn(text, url) !== undefined) throw bad(at, "Give the resolver's port as port.");
  return hostOf(url, allow, at);
}

/** An address is of one family already. */
export function requireName(ipVersion: IpVersion | undefined, host: string, what: string) {
  if (ipVersion && literalAddress(host))
    throw badOption("ipVersion", `ipVersion is for names, and the ${what} is an address.`);
}

/** WHATWG parsing brings the octal, hex and short forms of an address to light. */
function parseTarget(target: string, at: string) {
  if (target.startsWith("-")) throw bad(at, "A target may not begin with -.");
  if (!isUrl(target) && /[/?#]/.test(target)) throw bad(at, "A path needs http:// before it.");
  const text = isUrl(target) ? target : `http://${bracketed(target)}`;
  const url = URL.parse(text);
  if (!url) throw bad(at, "This is no host name, address or URL.");
  if (!/^https?:$/.test(url.protocol)) throw bad(at, "Only http and https URLs are checked.");
  if (url.username || url.password) throw bad(at, "Leave user and password out of the target.");
  return url;
}

export function refuseUrl(text: string, at: string) {
  if (isUrl(text)) throw bad(at, "Give a host, not a URL.");
}

function bracketed(target: string) {
  const bare = !target.startsWith("[") && (target.match(/:/g)?.length ?? 0) > 1;
  return bare && literalAddress(target) ? `[${target}]` : target;
}

function hostOf(url: URL, allow: AllowList, at: string) {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const address = literalAddress(host);
  if (address && !isAddressAllowed(address, allow)) throw refused(host, at);
  refuseLocal(host, allow, at);
  if (!address && !isHostName(host)) throw bad(at, "This is no host name.");
  return host;
}

/** A local name is for those who may look at this machine. */
export function refuseLocal(name: string, allow: AllowList, at: string) {
  if (LOCAL_NAME.test(name) && !isAddressAllowed("127.0.0.1", allow)) throw refused(name, at);
}

/** The one port that was given, wherever it was. */
export function portOf(asked: Asked, inTarget: number | undefined) {
  const given = [asked.port, asked.options["port"], inTarget].filter((port) => port !== undefined);
  if (new Set(given).size > 1) throw bad("port", "The ports in port, options and target differ.");
  const parsed = Port.optional().safeParse(given[0]);
  if (!parsed.success) throw bad("port", "A port is a whole number from 1 to 65535.");
  return parsed.data;
}

/** A URL leaves out the port its scheme has anyway; beside a bare host, 80 was meant. */
function portIn(target: string, url: URL) {
  if (url.port !== "") return Number(url.port);
  return !isUrl(target) && /^(\[.*\]|[^:]*):0*80$/.test(target) ? 80 : undefined;
}

/** The options without what may as well stand beside them. */
export function withoutPort({ options: { port: _, ...rest } }: Asked) {
  return rest;
}

/** By the schema of the type, or a 422 that names each option. */
export function parseOptions<T>(schema: z.ZodType<T>, options: unknown) {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({
    field: ["options", ...path].join("."),
    message,
  }));
  throw new Fault("invalid", "checks.options", "The options break the schema.", { fields });
}

function isHostName(host: string) {
  return host.length <= 253 && host.split(".").every((label) => LABEL.test(label));
}

/** Whether it begins like one. */
export function isUrl(target: string) {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
}

/** A 422 by the target policy. */
export function refused(host: string, field: string) {
  const detail = `${host} is private or special, and checks may not go there.`;
  return invalid("checks.target_refused", field, detail);
}

/** A 422 about the target or its port. */
export function bad(field: string, message: string) {
  return invalid("checks.target", field, message);
}

/** A 422 about one option. */
export function badOption(option: string, message: string) {
  return invalid("checks.options", `options.${option}`, message);
}
