import { setTimeout as sleep } from "node:timers/promises";

import aws4 from "aws4";
import * as z from "zod";

import { httpPost } from "./http-post.ts";

const LIMIT_MS = 2_000;
const ATTEMPTS = 3;
const Answer = z.object({ SecretString: z.string() });

/** The environment that Lambda gives a function, with the endpoint variable of every AWS SDK. */
export const AwsEnv = z.object({
  AWS_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url().optional(),
});

/**
 * Reads the current value of a secret, by its ARN, in one signed request: every cold start does it,
 * and the SDK alone would double one. Three attempts of 2 s where it is worth another.
 */
export function secretReader(env: z.output<typeof AwsEnv>): (arn: string) => Promise<string> {
  const { AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = env;
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(sessionToken && { sessionToken }),
  };
  const origin =
    env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? `https://secretsmanager.${region}.amazonaws.com`;
  const { host } = new URL(origin);
  const post = httpPost(origin);

  async function ask(body: string) {
    const given = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.GetSecretValue",
    };
    const call = { service: "secretsmanager", method: "POST", host, region, headers: given, body };
    const { headers = {} } = aws4.sign(call, credentials);
    return await post({ headers, body, limitMs: LIMIT_MS });
  }

  async function read(arn: string, attempt = 1): Promise<string> {
    const { status, body } = await ask(JSON.stringify({ SecretId: arn }));
    if (status === 200) return Answer.parse(JSON.parse(body)).SecretString;
    if (attempt === ATTEMPTS || (status < 500 && status !== 429))
      throw new Error(`Secrets Manager answered ${status} for ${arn}.`);
    await sleep(Math.random() * 50 * 2 ** attempt);
    return await read(arn, attempt + 1);
  }

  return (arn) => read(arn);
}
