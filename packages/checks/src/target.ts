import { Fault, invalid } from "@netcheck/kernel/fault";
import { type AllowList, isAddressAllowed, literalAddress } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import { HttpOptions, TcpOptions } from "@netcheck/wire/options";
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

/** What agents are sent: a host in the one form that resolvers and policy agree on, defaults filled. */
export type CheckedTarget = { target: string; port: number; options: HttpOptions | TcpOptions };

/** Names that stand for the machine or its surroundings, whatever a resolver says. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Reads a URL apart, fills defaults; what breaks a rule or the target policy is a 422. */
export function readTarget(asked: Asked, allow: AllowList): CheckedTarget {
  const url = parseTarget(asked);
  const target = hostOf(url, allow);
  const port = portOf(asked, url);
  return asked.type === "tcp" ? readTcp(asked, target, port) : readHttp(asked, url, target, port);
}

function readTcp(asked: Asked, target: string, port: number | undefined) {
  if (port === undefined) throw bad("port", "A tcp check needs a port.");
  return { target, port, options: parseOptions(TcpOptions, withoutPort(asked)) };
}

function readHttp(asked: Asked, url: URL, target: string, port: number | undefined) {
  const given = withoutPort(asked);
  const scheme = isUrl(asked.target) ? url.protocol.slice(0, -1) : undefined;
  const protocol = given["protocol"] ?? scheme ?? (port === 443 ? "https" : "http");
  const fromUrl = { path: url.pathname, query: url.search.slice(1) };
  const lower = typeof protocol === "string" ? protocol.toLowerCase() : protocol;
  const options = parseOptions(HttpOptions, { ...fromUrl, ...given, protocol: lower });
  return { target, port: port ?? (options.protocol === "https" ? 443 : 80), options };
}

/** WHATWG parsing brings the octal, hex and short forms of an address to light. */
function parseTarget({ type, target }: Asked) {
  if (target.startsWith("-")) throw bad("target", "A target may not begin with -.");
  if (isUrl(target) && type !== "http") throw bad("target", "Give a host, not a URL.");
  if (!isUrl(target) && /[/?#]/.test(target))
    throw bad("target", "A path needs http:// before it.");
  const host =
    !target.startsWith("[") && target.includes("::") && literalAddress(target)
      ? `[${target}]`
      : target;
  const text = isUrl(target) ? target : `http://${host}`;
  if (!URL.canParse(text)) throw bad("target", "This is no host name, address or URL.");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw bad("target", "Only http and https URLs are checked.");
  if (url.username || url.password)
    throw bad("target", "Leave user and password out of the target.");
  return url;
}

function hostOf(url: URL, allow: AllowList) {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const address = literalAddress(host);
  const loopback = LOCAL_NAME.test(host) && isAddressAllowed("127.0.0.1", allow);
  const allowed = address ? isAddressAllowed(address, allow) : loopback || !LOCAL_NAME.test(host);
  if (!allowed) {
    const detail = `${host} is private or special, and checks may not go there.`;
    throw new Fault("invalid", "checks.target_refused", detail, {
      errors: [{ at: "json.target", message: detail }],
    });
  }
  if (!address && !isHostName(host)) throw bad("target", "This is no host name.");
  return host;
}

function portOf(asked: Asked, url: URL) {
  const inUrl = url.port === "" ? undefined : Number(url.port);
  const given = [asked.port, asked.options["port"], inUrl].filter((port) => port !== undefined);
  if (new Set(given).size > 1) throw bad("port", "The ports in port, options and target differ.");
  const parsed = Port.optional().safeParse(given[0]);
  if (!parsed.success) throw bad("port", "A port is a whole number from 1 to 65535.");
  return parsed.data;
}

function withoutPort({ options: { port: _, ...rest } }: Asked) {
  return rest;
}

function parseOptions<T>(schema: z.ZodType<T>, options: unknown) {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    at: ["json", "options", ...path].join("."),
    message,
  }));
  throw new Fault("invalid", "checks.options", "The options break the schema.", { errors });
}

function isHostName(host: string) {
  return host.length <= 253 && host.split(".").every((label) => LABEL.test(label));
}

function isUrl(target: string) {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
}

function bad(at: string, message: string) {
  return invalid("checks.target", `json.${at}`, message);
}
