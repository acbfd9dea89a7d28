/** Why this system does not send or connect, by its code: its rules, its routes, its addresses and its means. */
const REASONS = new Map([
  ["EACCES", "the system does not permit it"],
  ["EPERM", "the system does not permit it"],
  ["ENETUNREACH", "it has no route there"],
  ["EHOSTUNREACH", "it has no route there"],
  ["EHOSTDOWN", "it finds nobody there on its own network"],
  ["EINVAL", "it cannot send to such an address"],
  ["ENETDOWN", "its network is down"],
  ["EADDRNOTAVAIL", "it has no address to send from"],
  ["EAFNOSUPPORT", "it has no address of that family"],
]);

/** What the system has run out of, which says nothing of the address. */
const SHORTAGES = new Map([
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["EAGAIN", "it has no port or process left for that"],
  ["EADDRINUSE", "it has no port left for that"],
  ["ENOBUFS", "it has no room left for what is to be sent"],
  ["ENOMEM", "it has no memory left"],
]);

/** Why this host does not send or connect, in words that go on from a colon. */
export function localReason(code: string) {
  return REASONS.get(code) ?? SHORTAGES.get(code) ?? "the system refuses to";
}

/** Whether the code speaks of this host alone, at whatever time it comes. */
export function isShortage(code: string) {
  return SHORTAGES.has(code) || code === "EPERM";
}

/** Whether the code is a system's word, and not a library's. */
export function isSystemCode(code: string) {
  return /^E(?!RR_)[A-Z0-9_]+$/.test(code);
}

/** The system's own word in brackets, for those who look it up. */
export function named(code: string) {
  return isSystemCode(code) ? ` (${code})` : "";
}
