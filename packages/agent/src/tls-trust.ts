import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";

/** As PEM: parsed, all of them would stay in memory for the few that are ever looked at. */
type Authorities = ReadonlyMap<string, readonly string[]>;

let known: Authorities | undefined;

/** The authorities of this name that this host trusts. */
export function authoritiesNamed(name: string) {
  known ??= indexOf(getCACertificates("default"));
  return (known.get(keyOf(name)) ?? []).map((pem) => new X509Certificate(pem));
}

export function isAuthority(certificate: X509Certificate) {
  const { fingerprint256, subject } = certificate;
  return authoritiesNamed(subject).some((it) => it.fingerprint256 === fingerprint256);
}

function indexOf(source: readonly string[]): Authorities {
  const byName = new Map<string, string[]>();
  for (const pem of source) {
    const key = keyOf(new X509Certificate(pem).subject);
    byName.set(key, [...(byName.get(key) ?? []), pem]);
  }
  return byName;
}

/** Names are compared without regard to case and blanks (RFC 5280, 7.1); some have no subject at all. */
function keyOf(name: string | undefined) {
  return (name ?? "").toLowerCase().replaceAll(/\s+/g, " ");
}
