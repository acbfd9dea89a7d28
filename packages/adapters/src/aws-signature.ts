import { createHash, createHmac } from "node:crypto";

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

type Call = {
  service: string;
  region: string;
  /** With `host`; names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
};

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * The headers of a POST to `/`, signed (Signature Version 4):
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signed({ service, region, headers, body }: Call, by: Credentials, at: Date) {
  const time = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const date = time.slice(0, 8);
  const all: Record<string, string> = {
    ...headers,
    "x-amz-date": time,
    ...(by.sessionToken && { "x-amz-security-token": by.sessionToken }),
  };
  const names = Object.keys(all).toSorted();
  const lines = names.map((name) => `${name}:${all[name]}\n`).join("");
  const request = ["POST", "/", "", lines, names.join(";"), sha256(body)].join("\n");
  const scope = [date, region, service, "aws4_request"].join("/");
  const text = [ALGORITHM, time, scope, sha256(request)].join("\n");
  let key: string | Buffer = `AWS4${by.secretAccessKey}`;
  for (const part of scope.split("/")) key = hmac(key, part);
  const signature = hmac(key, text).toString("hex");
  const credential = `${by.accessKeyId}/${scope}`;
  const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...all, authorization };
}

function sha256(text: string) {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string) {
  return createHmac("sha256", key).update(text).digest();
}
