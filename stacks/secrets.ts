import { isProduction, keep, prefix } from "./stage";

/**
 * Values are put by hand (docs/runbook.md), never by a deployment: neither the program nor its state
 * knows one.
 */
function secret(name: string, description: string) {
  return new aws.secretsmanager.Secret(
    name,
    {
      name: `${prefix}${kebab(name)}`,
      description,
      recoveryWindowInDays: isProduction ? 30 : 7,
    },
    keep,
  );
}

const kebab = (name: string) =>
  name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** By the setting that each becomes. */
export const secrets = {
  DATABASE_URL: secret("Database", "postgres://… of Neon's pooled endpoint"),
  REDIS_URL: secret("Redis", "https://default:<token>@… of Upstash's REST endpoint"),
  AMQP_MANAGEMENT_URL: secret("BrokerAdmin", "https://<administrator>@… of RabbitMQ's management"),
  TOKEN_KEYS: secret("TokenKeys", "Private Ed25519 JWKs: previous, signing, next"),
  AMQP_URL: secret("BrokerWorker", "amqps://<worker>@… that the worker connects with"),
};

export type SecretSetting = keyof typeof secrets;

export function secretOf(name: string): SecretSetting {
  if (name in secrets) return name as SecretSetting;
  throw new Error(`There is no secret for ${name}.`);
}
