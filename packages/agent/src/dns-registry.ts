import type { RecordType } from "@netcheck/wire/options";

/** What can be asked for (IANA, Domain Name System Parameters). */
const ASKED = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  SVCB: 64,
  HTTPS: 65,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const satisfies Record<RecordType, number>;

/** What else an answer may name. */
const OTHERS = {
  HINFO: 13,
  RP: 17,
  AFSDB: 18,
  LOC: 29,
  KX: 36,
  CERT: 37,
  OPT: 41,
  NSEC3: 50,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SPF: 99,
  NID: 104,
  EUI48: 108,
  EUI64: 109,
};

const TYPE_NUMBERS = new Map(Object.entries({ ...ASKED, ...OTHERS }));
const TYPE_NAMES = new Map([...TYPE_NUMBERS].map(([name, number]) => [number, name]));

export const OPT_TYPE = 41;
export const CLASS_IN = 1;

export function typeNumber(type: RecordType) {
  return ASKED[type];
}

/** What has no name is written by its number (RFC 3597, 5). */
export function typeName(number: number) {
  return TYPE_NAMES.get(number) ?? `TYPE${number}`;
}

const CLASS_NAMES = new Map([
  [1, "IN"],
  [3, "CH"],
  [4, "HS"],
  [254, "NONE"],
  [255, "ANY"],
]);

export function className(number: number) {
  return CLASS_NAMES.get(number) ?? `CLASS${number}`;
}

/** Of the header, and from 16 on of EDNS (RFC 6891, 6.1.3). */
const STATUS_NAMES = new Map([
  [0, "NOERROR"],
  [1, "FORMERR"],
  [2, "SERVFAIL"],
  [3, "NXDOMAIN"],
  [4, "NOTIMP"],
  [5, "REFUSED"],
  [6, "YXDOMAIN"],
  [7, "YXRRSET"],
  [8, "NXRRSET"],
  [9, "NOTAUTH"],
  [10, "NOTZONE"],
  [11, "DSOTYPENI"],
  [16, "BADVERS"],
  [23, "BADCOOKIE"],
]);

export function statusName(code: number) {
  return STATUS_NAMES.get(code) ?? `RCODE${code}`;
}

/** Extended DNS Errors by their number (RFC 8914, 4, and those registered since). */
const EXTENDED_ERRORS = [
  "Other",
  "Unsupported DNSKEY Algorithm",
  "Unsupported DS Digest Type",
  "Stale Answer",
  "Forged Answer",
  "DNSSEC Indeterminate",
  "DNSSEC Bogus",
  "Signature Expired",
  "Signature Not Yet Valid",
  "DNSKEY Missing",
  "RRSIGs Missing",
  "No Zone Key Bit Set",
  "NSEC Missing",
  "Cached Error",
  "Not Ready",
  "Blocked",
  "Censored",
  "Filtered",
  "Prohibited",
  "Stale NXDOMAIN Answer",
  "Not Authoritative",
  "Not Supported",
  "No Reachable Authority",
  "Network Error",
  "Invalid Data",
  "Signature Expired before Valid",
  "Too Early",
  "Unsupported NSEC3 Iterations Value",
  "Unable to conform to policy",
  "Synthesized",
];

export function extendedErrorName(code: number) {
  return EXTENDED_ERRORS[code] ?? `Error ${code}`;
}
