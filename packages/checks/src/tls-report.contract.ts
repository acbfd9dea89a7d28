import { PLACES, TLS_FAULTS } from "@netcheck/wire/tls-fault";
import * as z from "zod";

import { oneOf } from "./result-part.contract.ts";

const Name = z
  .looseObject({ CN: z.unknown() })
  .partial()
  .describe("`C`, `O`, `CN`, and of a subject its alternative names as `alt`.");

const certificate = {
  subject: Name.optional(),
  issuer: Name.optional(),
  createdAt: z.string().nullable().optional().describe("Not valid before."),
  expiresAt: z.string().nullable().optional().describe("Not valid from then on."),
  keyType: z.string().nullable().optional().describe("`RSA` or `EC`."),
  keyBits: z.int().nullable().optional(),
  serialNumber: z.string().nullable().optional(),
  fingerprint256: z.string().nullable().optional().describe("SHA-256 of the whole certificate."),
};

const place = oneOf(PLACES, "Where it stands in the chain.");
const code = oneOf(TLS_FAULTS, "What is wrong.");

const TlsFault = z
  .looseObject({
    code,
    place: place.nullable().describe("Null for the chain as a whole."),
    subject: Name,
    createdAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    message: z.string().describe("For people."),
  })
  .describe("What is wrong, and with which certificate.")
  .meta({ id: "TlsFault" });

const ChainedCertificate = z
  .looseObject({ place, ...certificate, faults: z.array(code).optional() })
  .describe("From the target's own up to the root, as far as known.")
  .meta({ id: "ChainedCertificate" });

const judged = {
  authorized: z
    .boolean()
    .optional()
    .describe("The certificate is good for this name; `error` says why not."),
  error: z.string().nullable().optional().describe("The first of `errors`."),
  errors: z.array(code).optional().describe("All that is wrong."),
  verdict: z.string().nullable().optional().describe("OpenSSL's own word, for those who know it."),
  faults: z.array(TlsFault).optional().describe("The same with the certificates at fault."),
  protocol: z.string().nullable().optional(),
  cipherName: z.string().nullable().optional(),
  chainExpiresAt: z.string().nullable().optional().describe("The first end in the whole chain."),
};

/** Of the last hop, with the target's own certificate field by field. */
export const TlsReport = z.looseObject({ ...judged, ...certificate }).meta({ id: "TlsReport" });

/** Of any hop; the target's own certificate is the first of the chain. */
export const StepTls = z
  .looseObject({
    ...judged,
    chain: z.array(ChainedCertificate).optional().describe("The target's own certificate first."),
  })
  .meta({ id: "StepTls" });
