import { AwsClient } from "aws4fetch";
import * as z from "zod";

const LIMIT_MS = 2_000;
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
 * and the SDK alone would double one. Three attempts of 2 s.
 */
export function secretReader(env: z.output<typeof AwsEnv>): (arn: string) => Promise<string> {
  const { AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = env;
  const aws = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(sessionToken && { sessionToken }),
    service: "secretsmanager",
    region,
    retries: 2,
  });
  const url =
    env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? `https://secretsmanager.${region}.amazonaws.com`;

  return async (arn) => {
    const response = await aws.fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
      },
      body: JSON.stringify({ SecretId: arn }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (!response.ok) throw new Error(`Secrets Manager answered ${response.status} for ${arn}.`);
    return Answer.parse(await response.json()).SecretString;
  };
}
