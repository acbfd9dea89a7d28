import { wordsOf } from "./dns-edns.ts";
import type { Reading } from "./dns-meaning.ts";
import type { DnsMessage } from "./dns-message.ts";
import { failure, type Failure } from "./failure.ts";

/** What an answer says against the name, or against the resolver that could not say; else undefined. */
export function verdict(
  { statusCode, statusCodeName, edns }: DnsMessage,
  { canonicalName: end }: Reading,
  name: string,
): Failure | undefined {
  if (statusCode === 0) return undefined;
  if (statusCode === 3) {
    const alias = end === null ? name : `${name} is an alias of ${shown(end)}, which`;
    return failure("target", "dns", "not_found", `${alias} does not exist (${statusCodeName}).`);
  }
  const said = wordsOf(edns);
  const message = `The resolver answered ${statusCodeName} for ${name}${said && `: ${said}`}.`;
  return failure("resolver", "dns", statusCode === 5 ? "refused" : "resolver_failed", message);
}

/** A name in a sentence, without its last dot. */
export function shown(name: string) {
  return name === "." ? "the root" : name.slice(0, -1);
}
