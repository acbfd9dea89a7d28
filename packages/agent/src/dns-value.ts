import type { Answer, OptAnswer } from "dns-packet";

import { serviceValue } from "./dns-service.ts";

/** The name of a type that the library may not know: `UNKNOWN_65` is HTTPS, others are `TYPE…` (RFC 3597, 5). */
export function typeName(type: string) {
  if (type === "UNKNOWN_64") return "SVCB";
  if (type === "UNKNOWN_65") return "HTTPS";
  return type.replace(/^UNKNOWN_/, "TYPE");
}

/** A record's data as zone files write it (RFC 1035, 5.1; RFC 3597, 5 for what is unknown). */
export function valueOf(answer: Exclude<Answer, OptAnswer>): string {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "CNAME":
    case "DNAME":
    case "NS":
    case "PTR":
      return host(answer.data);
    case "MX":
      return words(answer.data.preference ?? 0, host(answer.data.exchange));
    case "TXT":
      return [answer.data].flat().map(quoted).join(" ");
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      return words(host(mname), host(rname), serial, refresh, retry, expire, minimum);
    }
    case "SRV": {
      const { priority, weight, port, target } = answer.data;
      return words(priority, weight, port, host(target));
    }
    case "CAA":
      return words(answer.data.flags ?? 0, answer.data.tag, quoted(answer.data.value));
    case "DS": {
      const { keyTag, algorithm, digestType, digest } = answer.data;
      return words(keyTag, algorithm, digestType, digest.toString("hex").toUpperCase());
    }
    case "DNSKEY": {
      const { flags, algorithm, key } = answer.data;
      return words(flags, 3, algorithm, key.toString("base64"));
    }
    case "RRSIG": {
      const it = answer.data;
      const times = [instant(it.expiration), instant(it.inception)] as const;
      const signed = [it.typeCovered, it.algorithm, it.labels, it.originalTTL] as const;
      const signature = it.signature.toString("base64");
      return words(...signed, ...times, it.keyTag, host(it.signersName), signature);
    }
    case "NSEC":
      return words(host(answer.data.nextDomain), ...answer.data.rrtypes.map(typeName));
    case "HINFO":
      return words(quoted(answer.data.cpu), quoted(answer.data.os));
    case "AFSDB":
    case "APL":
    case "AXFR":
    case "CDNSKEY":
    case "CDS":
    case "CERT":
    case "DHCID":
    case "DLV":
    case "HIP":
    case "IPSECKEY":
    case "IXFR":
    case "KEY":
    case "KX":
    case "LOC":
    case "NAPTR":
    case "NSEC3":
    case "NSEC3PARAM":
    case "NULL":
    case "RP":
    case "SIG":
    case "SSHFP":
    case "TA":
    case "TKEY":
    case "TLSA":
    case "TSIG":
    case "URI":
    default:
      return otherValue(answer);
  }
}

/** Types that nothing above writes, and at run time those that the library has no name for. */
function otherValue({ type, data }: { type: string; data: unknown }) {
  if (!Buffer.isBuffer(data)) return JSON.stringify(data);
  const name = typeName(type);
  const service = name === "SVCB" || name === "HTTPS" ? serviceValue(data) : undefined;
  return service ?? words("\\#", data.length, data.toString("hex").toUpperCase());
}

function words(...parts: readonly (string | number | undefined)[]) {
  return parts.map((part) => part ?? 0).join(" ");
}

function host(name: string) {
  return name.replace(/\.?$/, ".");
}

/** A character string in quotes, with what cannot be printed as `\DDD`. */
function quoted(text: string | Buffer) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const printed = bytes
    .toString("latin1")
    .replace(/["\\]/g, "\\$&")
    .replace(/[^\x20-\x7e]/g, (it) => `\\${String(it.charCodeAt(0)).padStart(3, "0")}`);
  return `"${printed}"`;
}

/** RRSIG's times (RFC 4034, 3.2): YYYYMMDDHHmmSS in UTC. */
function instant(seconds: number) {
  return new Date(seconds * 1_000).toISOString().replace(/\D/g, "").slice(0, 14);
}
