import { Fault, invalid } from "@netcheck/kernel/fault";
import { type AllowList, isAddressAllowed, literalAddress } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import {
  DnsOptions,
  HttpOptions,
  type IpVersion,
  PingOptions,
  TcpOptions,
} from "@netcheck/wire/options";
import { isReverseNameAllowed } from "@netcheck/wire/reverse-zone";
import * as z from "zod";

const Port = z.int("A port is a whole number.").min(1).max(65_535);

/** What to look at, as it is asked for: `target` is a host, or a URL for `http`. */
export const Target = z.object({
  type: CheckType,
  target: z.string().trim().min(1).max(16_384),
  port: Port.optional(),
  options: z.record(z.string(), z.unknown()).default({}),
});

type Asked = z.output<typeof Target>;

/**
 * What agents are sent: a host in the one form that resolvers and policy agree on, defaults filled.
 * The port of `dns` is the resolver's; `ping` has none.
 */
export type CheckedTarget = {
  target: string;
  port?: number;
  options: HttpOptions | TcpOptions | DnsOptions | PingOptions;
};

/** Names that stand for the machine or its surroundings, whatever a resolver says. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The host that the agents will ask something of: for `dns`, the resolver if it is named. */
export function loadedBy({ target, options }: CheckedTarget) {
  return "resolver" in options && options.resolver !== undefined ? options.resolver : target;
}

/** Reads a URL apart, fills defaults; what breaks a rule or the target policy is a 422. */
export function readTarget(asked: Asked, allow: AllowList): CheckedTarget {
  if (asked.type === "dns" && asked.target === ".") return readDns(asked, ".", undefined, allow);
  const url = parseTarget(asked, "target");
  const target = hostOf(url, allow, "target");
  const port = portOf(asked, url);
  const read = readType(asked, url, target, port, allow);
  if (asked.type !== "dns") requireName(read.options.ipVersion, target, "target");
  return read;
}

function readType(
  asked: Asked,
  url: URL,
  target: string,
  port: number | undefined,
  allow: AllowList,
): CheckedTarget {
  switch (asked.type) {
    case "http":
      return readHttp(asked, url, target, port);
    case "tcp":
      return readTcp(asked, target, port);
    case "dns":
      return readDns(asked, target, port, allow);
    case "ping":
      return readPing(asked, target, port);
  }
}

function readTcp(asked: Asked, target: string, port: number | undefined) {
  if (port === undefined) throw bad("port", "A tcp check needs a port.");
  return { target, port, options: parseOptions(TcpOptions, withoutPort(asked)) };
}

function readPing(asked: Asked, target: string, port: number | undefined) {
  if (port !== undefined) throw bad("port", "A ping check has no port.");
  return { target, options: parseOptions(PingOptions, withoutPort(asked)) };
}

function readDns(asked: Asked, target: string, port = 53, allow: AllowList) {
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
  const url = parseTarget({ type: "dns", target: resolver }, at);
  if (portIn(resolver, url) !== undefined) throw bad(at, "Give the resolver's port as port.");
  const host = hostOf(url, allow, at);
  requireName(ipVersion, host, at);
  return { target, port, options: { ...options, resolver: host } };
}

function requireName(ipVersion: IpVersion | undefined, host: string, what: string) {
  if (ipVersion && literalAddress(host))
    throw badOption("ipVersion", `ipVersion is for names, and the ${what} is an address.`);
}

function readHttp(asked: Asked, url: URL, target: string, port: number | undefined) {
  const given = withoutPort(asked);
  const scheme = isUrl(asked.target) ? url.protocol.slice(0, -1) : undefined;
  const protocol = given["protocol"] ?? scheme ?? (port === 443 ? "https" : "http");
  const fromUrl = { path: url.pathname, query: url.search.slice(1) };
  const options = parseOptions(HttpOptions, { ...fromUrl, ...given, protocol });
  return { target, port: port ?? (options.protocol === "http" ? 80 : 443), options };
}

/** WHATWG parsing brings the octal, hex and short forms of an address to light. */
function parseTarget({ type, target }: Pick<Asked, "type" | "target">, at: string) {
  if (target.startsWith("-")) throw bad(at, "A target may not begin with -.");
  if (isUrl(target) && type !== "http") throw bad(at, "Give a host, not a URL.");
  if (!isUrl(target) && /[/?#]/.test(target)) throw bad(at, "A path needs http:// before it.");
  const text = isUrl(target) ? target : `http://${bracketed(target)}`;
  const url = URL.parse(text);
  if (!url) throw bad(at, "This is no host name, address or URL.");
  if (!/^https?:$/.test(url.protocol)) throw bad(at, "Only http and https URLs are checked.");
  if (url.username || url.password) throw bad(at, "Leave user and password out of the target.");
  return url;
}

function bracketed(target: string) {
  const bare = !target.startsWith("[") && (target.match(/:/g)?.length ?? 0) > 1;
  return bare && literalAddress(target) ? `[${target}]` : target;
}

function hostOf(url: URL, allow: AllowList, at: string) {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const address = literalAddress(host);
  const loopback = LOCAL_NAME.test(host) && isAddressAllowed("127.0.0.1", allow);
  const allowed = address ? isAddressAllowed(address, allow) : loopback || !LOCAL_NAME.test(host);
  if (!allowed) throw refused(host, at);
  if (!address && !isHostName(host)) throw bad(at, "This is no host name.");
  return host;
}

function portOf(asked: Asked, url: URL) {
  const inTarget = portIn(asked.target, url);
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

function withoutPort({ options: { port: _, ...rest } }: Asked) {
  return rest;
}

function parseOptions<T>(schema: z.ZodType<T>, options: unknown) {
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

function isUrl(target: string) {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
}

function refused(host: string, field: string) {
  const detail = `${host} is private or special, and checks may not go there.`;
  return invalid("checks.target_refused", field, detail);
}

function bad(field: string, message: string) {
  return invalid("checks.target", field, message);
}

function badOption(option: string, message: string) {
  return invalid("checks.options", `options.${option}`, message);
}
