/** What AWS would answer: enough for the program to run through, and always the same. */
export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";

type Inputs = Record<string, unknown>;
type Made = { id: string; state: Inputs };

const lambdaOf = (arn: string) => ({
  invokeArn: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${arn}/invocations`,
  qualifiedArn: `${arn}:1`,
  version: "1",
});

export const secretArn = (name: string) =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;

function arnOf(type: string, name: string) {
  if (type === "aws:lambda/function:Function")
    return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
  if (type === "aws:sqs/queue:Queue") return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  if (type === "aws:iam/role:Role") return `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return `arn:aws:${type.split(/[:/]/)[1]}:${REGION}:${ACCOUNT}:${name}`;
}

/** What a resource is given beyond its inputs when it is made. */
export function newResource({ type, name, inputs, id }: NewResource): Made {
  const given = inputs["name"];
  const physical = typeof given === "string" ? given : name;
  const arn = arnOf(type, physical);
  const digest = `sha256:${"0".repeat(64)}`;
  const more: Record<string, Inputs> = {
    "aws:lambda/function:Function": lambdaOf(arn),
    "aws:sqs/queue:Queue": { url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${physical}` },
    "aws:apigatewayv2/api:Api": {
      apiEndpoint: `https://abc123.execute-api.${REGION}.amazonaws.com`,
      executionArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:abc123`,
    },
    "aws:acm/certificate:Certificate": {
      domainValidationOptions: [
        { resourceRecordName: "_x", resourceRecordType: "CNAME", resourceRecordValue: "_y" },
      ],
    },
    "aws:apigatewayv2/domainName:DomainName": {
      domainNameConfiguration: { targetDomainName: "d-1.execute-api", hostedZoneId: "Z2" },
    },
    "random:index/randomBytes:RandomBytes": { base64: Buffer.alloc(32, 7).toString("base64") },
    "aws:ec2/instance:Instance": { primaryNetworkInterfaceId: "eni-1" },
    "aws:ec2/eip:Eip": { publicIp: "203.0.113.2" },
    "docker-build:index:Image": { ref: `registry@${digest}`, digest },
  };
  if (name.endsWith(".HostedZoneLookup")) Object.assign(inputs, { zoneId: "Z1" });
  return {
    id: id || `${name}-id`,
    state: { arn, name: physical, ...inputs, ...more[type] },
  };
}

export type NewResource = { type: string; name: string; inputs: Inputs; id?: string };

type Statement = {
  sid?: string;
  effect?: string;
  actions?: string[];
  resources?: string[];
  principals?: { type: string; identifiers: string[] }[];
  conditions?: { test: string; variable: string; values: string[] }[];
};

/** What the program asks AWS while it runs. Anything else is an error: nobody has thought about it. */
export function call({ token, inputs }: { token: string; inputs: Inputs }): Inputs {
  const answers: Record<string, () => Inputs> = {
    "aws:index/getRegion:getRegion": () => ({ id: REGION, name: REGION, region: REGION }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", dnsSuffix: "amazonaws.com" }),
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
      names: ["a", "b", "c"].map((zone) => `${REGION}${zone}`),
    }),
    "aws:ec2/getAmi:getAmi": () => ({ id: "ami-1", architecture: "arm64" }),
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
      proxyEndpoint: "https://registry",
      userName: "AWS",
      password: "never-in-the-graph",
    }),
    "aws:iam/getPolicyDocument:getPolicyDocument": () => policyDocument(inputs),
    "aws:secretsmanager/getSecret:getSecret": () => secret(String(inputs["name"])),
  };
  const answer = answers[token];
  if (!answer) throw new Error(`The program asked AWS ${token}, and no answer is written.`);
  return answer();
}

/** All have been made, unless the one who evaluates says otherwise. */
function secret(name: string) {
  if (process.env["WITHOUT_SECRET"] === name) throw new Error(`couldn't find resource: ${name}`);
  const arn = secretArn(name);
  return { id: arn, arn, name };
}

function policyDocument(inputs: Inputs) {
  const statements = (inputs["statements"] ?? []) as Statement[];
  const Statement = statements.map(
    ({ sid, effect, actions, resources, principals, conditions }) => ({
      ...(sid && { Sid: sid }),
      Effect: effect ?? "Allow",
      Action: actions,
      ...(resources && { Resource: resources }),
      ...(principals && {
        Principal: Object.fromEntries(principals.map((one) => [one.type, one.identifiers])),
      }),
      ...(conditions && {
        Condition: Object.fromEntries(
          conditions.map(({ test, variable, values }) => [test, { [variable]: values }]),
        ),
      }),
    }),
  );
  const json = JSON.stringify({ Version: "2012-10-17", Statement });
  return { ...inputs, json, minifiedJson: json };
}
