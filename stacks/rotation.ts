import { pascal } from "./contexts";
import { secretArn } from "./secrets";
import { prefix } from "./stage";

const ROTATES = [
  "secretsmanager:DescribeSecret",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

type Rotated = { name: string; setting: string; handler: string; everyDays: number };

/**
 * Each may touch its own secret and nothing else. When it is made, Secrets Manager has it test the value
 * that is there, so that one that could not rotate alarms on the first day.
 */
function rotate({ name, setting, handler, everyDays }: Rotated) {
  const component = pascal(name);
  const arn = secretArn(setting);
  const fn = new sst.aws.Function(component, {
    name: `${prefix}${name}`,
    handler: `packages/api/src/lambda-rotation.${handler}`,
    memory: "256 MB",
    timeout: "1 minute",
    permissions: [{ actions: ROTATES, resources: [arn] }],
    environment: { SECRET_ARN: arn },
  });
  const allowed = new aws.lambda.Permission(`${component}Permission`, {
    action: "lambda:InvokeFunction",
    function: fn.name,
    principal: "secretsmanager.amazonaws.com",
    sourceArn: arn,
  });
  new aws.secretsmanager.SecretRotation(
    `${component}Schedule`,
    {
      secretId: arn,
      rotationLambdaArn: fn.arn,
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: everyDays },
    },
    { dependsOn: [allowed] },
  );
  return { name, fn };
}

export const rotations = [
  rotate({
    name: "rotate-token-keys",
    setting: "TOKEN_KEYS",
    handler: "tokenKeys",
    everyDays: 30,
  }),
  rotate({
    name: "rotate-broker-admin",
    setting: "AMQP_MANAGEMENT_URL",
    handler: "brokerAdmin",
    everyDays: 90,
  }),
];
