import type { Place, TlsFault } from "@netcheck/wire/tls-fault";

import { cleanText } from "./text.ts";
import type { CertificateReport } from "./tls-certificate.ts";

/** The certificate at fault, as far as it is known; `host` is what was asked for. */
type About = CertificateReport & { place: Place | null; host: string };

const KINDS: Record<Place, string> = {
  leaf: "certificate",
  intermediate: "intermediate certificate",
  root: "root certificate",
};

const SENTENCES: Record<TlsFault, (it: About) => string> = {
  self_signed: (it) => `The ${kind(it)} is signed by nobody but itself, and not trusted here.`,
  untrusted_root: (it) =>
    it.fingerprint256 === null
      ? `The chain breaks off below ${name(it)}, which the target did not send and this host does not trust.`
      : `The chain leads to ${name(it)}, which this host does not trust.`,
  incomplete_chain: (it) =>
    `The target sent its certificate without that of ${name(it)}, which signed it. Either the ` +
    "intermediate certificate is missing at the target, or this host does not trust its authority.",
  untrusted: () => "This host does not trust the chain, for a reason that it cannot tell.",
  bad_signature: (it) => `The signature on the ${kind(it)} is not from ${quote(it.issuer)}.`,
  not_an_authority: (it) => `The ${kind(it)} has signed another, which only an authority may.`,
  chain_too_long: () => "The chain has more certificates than one of its authorities allows.",
  wrong_purpose: (it) => `The ${kind(it)} is not made for web servers.`,
  weak_key: (it) => `The ${kind(it)} has a key too short to be safe${size(it)}.`,
  weak_signature: (it) => `The signature on the ${kind(it)} uses a digest that can be forged.`,
  not_yet_valid: (it) => `The ${kind(it)} is not valid before ${day(it.createdAt)}.`,
  expired: (it) => `The ${kind(it)} expired on ${day(it.expiresAt)}.`,
  wrong_name: (it) => `The ${kind(it)} is not for ${it.host}. ${namesOf(it)}`,
};

/** A fault in plain words. */
export function wordsOf(code: TlsFault, about: About) {
  return cleanText(SENTENCES[code](about), 1_000);
}

function kind({ place, subject }: About) {
  return place === null ? "chain" : `${KINDS[place]} ${quote(subject)}`;
}

function name({ subject }: About) {
  return Object.keys(subject).length === 0 ? "an authority" : quote(subject);
}

/** The common name, or what stands for it: many certificates of today have alternative names alone. */
function quote({ CN, O, alt }: Record<string, string>) {
  const [first] = (alt ?? "").split(", ");
  return `"${cleanText(CN ?? O ?? (first || "without a name"), 128)}"`;
}

function namesOf({ subject }: About) {
  const names = (subject["alt"] ?? subject["CN"] ?? "").replaceAll(/\b(DNS|IP Address):/g, "");
  return names ? `It names ${cleanText(names, 300)}.` : "It names nobody.";
}

function size({ keyType, keyBits }: About) {
  return keyBits === null ? "" : `: ${keyType} with ${keyBits} bits`;
}

function day(instant: string | null) {
  return instant ? `${instant.slice(0, 16).replace("T", " ")} UTC` : "an unknown day";
}
