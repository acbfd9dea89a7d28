import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

import { log } from "@netcheck/kernel/log";
import * as z from "zod";

type Version = { value: string; stages: Set<string> };
type Secret = Map<string, Version>;

const Made = z.object({ Name: z.string(), Description: z.string(), SecretString: z.string() });
const Name = z.object({ SecretId: z.string() });
const Read = Name.extend({ VersionId: z.string().optional(), VersionStage: z.string().optional() });
const Put = Name.extend({
  ClientRequestToken: z.string().default(() => randomUUID()),
  SecretString: z.string(),
  VersionStages: z.array(z.string()).default(["AWSCURRENT"]),
});
const Move = Name.extend({
  VersionStage: z.string(),
  MoveToVersionId: z.string().optional(),
  RemoveFromVersionId: z.string().optional(),
});

class Refusal extends Error {}

/**
 * AWS Secrets Manager as far as we use it, in memory: secrets, versions, stages, and what it refuses
 * about them. https://docs.aws.amazon.com/secretsmanager/latest/apireference
 */
export async function startSecrets(initial: Readonly<Record<string, string>>) {
  const secrets = new Map(Object.entries(initial).map(([id, value]) => [id, newSecret(value)]));
  const server = createServer((request, response) => {
    const answering = answer(request, secrets);
    answering.then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => {
        const type = error instanceof Refusal ? error.message : "InternalServiceError";
        if (type === "InternalServiceError") log.error("secrets stand-in", { error });
        response.writeHead(400).end(JSON.stringify({ __type: type, message: type }));
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** What readers get. */
    current: (id: string) => staged(known(secrets, id), "AWSCURRENT")?.[1].value,
    /** Announces a rotation as the service does before it calls the function. */
    announce(id: string, token: string) {
      known(secrets, id).set(token, { value: "", stages: new Set(["AWSPENDING"]) });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, secrets: Map<string, Secret>): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const input: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const action = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
  if (action === "CreateSecret") return create(secrets, Made.parse(input));
  const secret = known(secrets, Name.parse(input).SecretId);
  if (action === "DeleteSecret") return leave(secret);
  if (action === "GetSecretValue") return read(secret, Read.parse(input));
  if (action === "DescribeSecret") return describe(secret);
  if (action === "PutSecretValue") return put(secret, Put.parse(input));
  if (action === "UpdateSecretVersionStage") return move(secret, Move.parse(input));
  throw new Refusal("InvalidAction");
}

function create(secrets: Map<string, Secret>, { Name: id, SecretString }: z.output<typeof Made>) {
  if (secrets.has(id)) throw new Refusal("ResourceExistsException");
  secrets.set(id, newSecret(SecretString));
  return { ARN: id, Name: id };
}

/** Its name is not free before it is gone for good. */
function leave(secret: Secret) {
  leaving.add(secret);
  return {};
}

const leaving = new WeakSet<Secret>();

function read(secret: Secret, { VersionId, VersionStage, SecretId }: z.output<typeof Read>) {
  const stage = VersionStage ?? (VersionId ? undefined : "AWSCURRENT");
  const found = [...secret].find(
    ([id, version]) =>
      (VersionId ?? id) === id && (stage === undefined || version.stages.has(stage)),
  );
  if (!found?.[1].value) throw new Refusal("ResourceNotFoundException");
  const [id, { value, stages }] = found;
  return { ARN: SecretId, SecretString: value, VersionId: id, VersionStages: [...stages] };
}

function describe(secret: Secret) {
  const stages = [...secret].map(([id, version]) => [id, [...version.stages]]);
  return {
    RotationEnabled: true,
    VersionIdsToStages: Object.fromEntries(stages) as unknown,
    ...(leaving.has(secret) && { DeletedDate: Date.now() / 1_000 }),
  };
}

function put(secret: Secret, input: z.output<typeof Put>) {
  const { ClientRequestToken: id, SecretString: value, VersionStages } = input;
  const before = secret.get(id);
  if (before?.value && before.value !== value) throw new Refusal("ResourceExistsException");
  secret.set(id, { value, stages: before?.stages ?? new Set() });
  for (const stage of VersionStages) giveStage(secret, stage, id);
  return { VersionId: id };
}

function move(secret: Secret, input: z.output<typeof Move>) {
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
  const holder = staged(secret, stage)?.[0];
  if (holder !== from) throw new Refusal("InvalidParameterException");
  if (to) giveStage(secret, stage, to);
  else if (from) secret.get(from)?.stages.delete(stage);
  return {};
}

/** A stage is on one version; who loses AWSCURRENT becomes AWSPREVIOUS. */
function giveStage(secret: Secret, stage: string, to: string) {
  const before = staged(secret, stage);
  if (before?.[0] === to) return;
  before?.[1].stages.delete(stage);
  secret.get(to)?.stages.add(stage);
  if (stage === "AWSCURRENT" && before) giveStage(secret, "AWSPREVIOUS", before[0]);
}

function staged(secret: Secret, stage: string) {
  return [...secret].find(([, { stages }]) => stages.has(stage));
}

function newSecret(value: string): Secret {
  return new Map([[randomUUID(), { value, stages: new Set(["AWSCURRENT"]) }]]);
}

function known(secrets: Map<string, Secret>, id: string) {
  const secret = secrets.get(id);
  if (!secret) throw new Refusal("ResourceNotFoundException");
  return secret;
}
