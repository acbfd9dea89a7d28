import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { domainToASCII } from "node:url";

import { literalAddress } from "@netcheck/wire/address";

/**
 * The one form of a host that TLS knows: an address without brackets, of IPv4 if it only carries
 * one, or a name in ASCII without the trailing dot, which no certificate has (RFC 6066, 3).
 */
export function tlsHost(host: string) {
  const address = literalAddress(host);
  if (address !== undefined) return address;
  const name = host.replace(/\.$/, "");
  return domainToASCII(name) || name;
}

/** What is asked for by name in the handshake: never an address (RFC 6066, 3). */
export function serverNameOf(host: string) {
  const name = tlsHost(host);
  return isIP(name) === 0 ? name : undefined;
}

/** Whether the certificate is for this host. */
export function isNamed(host: string, certificate: PeerCertificate) {
  try {
    return checkServerIdentity(tlsHost(host), certificate) === undefined;
  } catch {
    // Alternative names so malformed that Node will not read them name nobody.
    return false;
  }
}
