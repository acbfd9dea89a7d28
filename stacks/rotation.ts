import { type SecretSetting, secrets } from "./secrets";
import { prefix } from "./stage";

const ROTATES = [
  "secretsmanager:DescribeSecret",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/** Each may touch its own secret and nothing else; the first rotation comes when the secret has a value. */
function rotate(name: string, setting: SecretSetting, handler: string, everyDays: number) {
  const { arn, id } = secrets[setting];
  const physical = name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const fn = new sst.aws.Function(`Rotate${name}`, {
    name: `${prefix}rotate-${physical}`,
    handler: `packages/api/src/lambda-rotation.${handler}`,
    memory: "256 MB",
    timeout: "1 minute",
    permissions: [{ actions: ROTATES, resources: [arn] }],
    environment: { SECRET_ARN: arn },
  });
  const allowed = new aws.lambda.Permission(`Rotate${name}Permission`, {
    action: "lambda:InvokeFunction",
    function: fn.name,
    principal: "secretsmanager.amazonaws.com",
    sourceArn: arn,
  });
  new aws.secretsmanager.SecretRotation(
    `Rotate${name}Schedule`,
    {
      secretId: id,
      rotationLambdaArn: fn.arn,
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: everyDays },
    },
    { dependsOn: [allowed] },
  );
  return fn;
}

export const rotations = {
  tokenKeys: rotate("TokenKeys", "TOKEN_KEYS", "tokenKeys", 30),
  brokerAdmin: rotate("BrokerAdmin", "AMQP_MANAGEMENT_URL", "brokerAdmin", 90),
};
