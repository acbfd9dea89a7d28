import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Pool } from "pg";

export const BARE_REQUESTS = "bare-requests";
export const BARE_RESULTS = "bare-results";
export const BARE_INTAKE = "bare-intake";
export const BARE_OUT = "bare.out";
export const BARE_BACK = "bare.back";
const HOP = fileURLToPath(new URL("./bare-hop.ts", import.meta.url));

export function bareSqs(endpoint: string) {
  const credentials = { accessKeyId: "bare", secretAccessKey: "bare" };
  return new SQSClient({ region: "us-east-1", endpoint, credentials });
}

export const bareQueueUrl = (endpoint: string, name: string) => `${endpoint}/000000000000/${name}`;

/** Receives once, does with the bodies what is to be done, and then deletes them. */
export async function takeBatch(
  sqs: SQSClient,
  QueueUrl: string,
  work: (bodies: readonly string[]) => Promise<unknown>,
) {
  const most = { MaxNumberOfMessages: 10, WaitTimeSeconds: 2 };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...most }));
  if (Messages.length === 0) return;
  await work(Messages.map(({ Body = "" }) => Body));
  const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

/**
 * The floor of a check's round trip: insert, SQS, a bridge of its own, AMQP, an agent of its own, and
 * back the same hops to an update, polled as ours is. No HTTP, no schema, no session, no probe.
 */
export async function openBareWay(env: NodeJS.ProcessEnv) {
  const endpoint = env["SQS_ENDPOINT"] ?? "";
  const sqs = bareSqs(endpoint);
  for (const QueueName of [BARE_REQUESTS, BARE_RESULTS]) {
    await sqs.send(new CreateQueueCommand({ QueueName }));
  }
  const pool = new Pool({ connectionString: env["DATABASE_URL"], max: 5 });
  pool.on("error", () => undefined);
  await pool.query("create table if not exists bare (id uuid primary key, result jsonb)");
  const hops = await Promise.all(["bridge", "agent"].map((role) => startHop(role, env)));
  const stopping = new AbortController();
  const consuming = Promise.all([consume(), consume()]);

  async function consume() {
    const QueueUrl = bareQueueUrl(endpoint, BARE_RESULTS);
    const update = "update bare set result = $2 where id = $1 and result is null";
    while (!stopping.signal.aborted) {
      await takeBatch(sqs, QueueUrl, async (bodies) => {
        for (const body of bodies) {
          const { id } = JSON.parse(body) as { id: string };
          await pool.query(update, [id, body]);
        }
      });
    }
  }

  async function roundTrip() {
    const id = crypto.randomUUID();
    await pool.query("insert into bare (id) values ($1)", [id]);
    const QueueUrl = bareQueueUrl(endpoint, BARE_REQUESTS);
    const Entries = [{ Id: "0", MessageBody: JSON.stringify({ id, target: "127.0.0.1" }) }];
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    for (;;) {
      const { rows } = await pool.query("select result from bare where id = $1", [id]);
      if (rows[0]?.result) return;
      await pause(5);
    }
  }

  return {
    roundTrip,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await consuming;
      for (const hop of hops) hop.kill();
      await pool.end();
      sqs.destroy();
    },
  };
}

async function startHop(role: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(HOP, [role], { env: { ...process.env, ...env } });
  await once(child, "message");
  return child;
}
