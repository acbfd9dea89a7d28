import type { Place, TlsFault } from "@netcheck/wire/tls-fault";

/** A fault and the certificate at fault, as far as it is known; `place` is null for the whole chain. */
export type Fault = {
  code: TlsFault;
  place: Place | null;
  subject: Record<string, string>;
  createdAt: string | null;
  expiresAt: string | null;
  message: string;
};
