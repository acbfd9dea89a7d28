import manifest from "../packages/api/contexts.json";
import { prefix } from "./stage";

/**
 * Made with their values before the first deployment (`npm run secrets`), and only looked up here:
 * neither the program nor its state knows a value, and no deployment takes one away.
 */
const arns = new Map(
  Object.entries(manifest.secrets).map(([setting, name]) => [setting, arnOf(`${prefix}${name}`)]),
);

/** Where the secret is that becomes this setting. */
export function secretArn(setting: string) {
  const found = arns.get(setting);
  if (!found) throw new Error(`There is no secret for ${setting}.`);
  return found;
}

function arnOf(name: string) {
  const looking = aws.secretsmanager.getSecret({ name }).catch((cause: unknown) => {
    const message = `Secrets Manager shows no ${name}. Is it made? npm run secrets -- --stage ${$app.stage}`;
    throw new Error(message, { cause });
  });
  return $util.output(looking).arn;
}
