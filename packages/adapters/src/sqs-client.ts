import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { OutgoingMessage } from "@netcheck/kernel/queue";

export type SqsOptions = {
  region: string;
  /** Of a local stand-in; absent on AWS. */
  endpoint?: string | undefined;
  /** Before each queue's name, for example the stage. */
  prefix?: string | undefined;
};

/** An entry that SQS did not take; `ours` if sending it again is pointless. */
export type Refused = { id: string; ours: boolean; reason: string };

export type Received = Message & { MessageId: string; ReceiptHandle: string; Body: string };

/** One call of SQS each, for at most ten messages. A call throws after three attempts of 2 s. */
export type Sqs = {
  /** Begins to load the SDK. Who sends hears of a failure. */
  prepare(): void;
  sendBatch(queue: string, messages: readonly OutgoingMessage[]): Promise<Refused[]>;
  /** Long poll; nothing once `signal` is aborted. */
  receive(queue: string, signal: AbortSignal): Promise<Received[]>;
  /** Throws if any could not be deleted; those come again. */
  deleteBatch(queue: string, messages: readonly Received[]): Promise<void>;
};

const LONG_POLL_SECONDS = 20;
/** A stand-in gives messages to a client that is gone, until its poll ends. */
const STAND_IN_POLL_SECONDS = 1;

/** A stand-in checks no credentials, but the SDK wants some to sign with. */
const NOBODY = { accessKeyId: "nobody", secretAccessKey: "nobody" };

/** The SDK is loaded on the first call: on Lambda it is a chunk of its own. */
export function openSqs(options: SqsOptions): Sqs {
  const { endpoint } = options;
  const clients = openClients(options);
  const waitSeconds = endpoint ? STAND_IN_POLL_SECONDS : LONG_POLL_SECONDS;
  const urls = new Map<string, string>();

  async function urlOf(queue: string) {
    const known = urls.get(queue);
    if (known) return known;
    const name = `${options.prefix ?? ""}${queue}`;
    const found = endpoint ? standInUrl(endpoint, name) : await ask(name);
    urls.set(queue, found);
    return found;
  }

  async function ask(QueueName: string) {
    const { sdk, short } = await clients();
    const { QueueUrl } = await short.send(new sdk.GetQueueUrlCommand({ QueueName }));
    if (!QueueUrl) throw new Error(`SQS has no queue ${QueueName}.`);
    return QueueUrl;
  }

  return {
    prepare: () => void clients().catch(() => undefined),

    async sendBatch(queue, messages) {
      const { sdk, short } = await clients();
      const Entries = messages.map(({ body, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: body,
        ...(delaySeconds ? { DelaySeconds: delaySeconds } : {}),
      }));
      const QueueUrl = await urlOf(queue);
      const command = new sdk.SendMessageBatchCommand({ QueueUrl, Entries });
      const { Failed = [] } = await short.send(command);
      return Failed.map(({ Id, SenderFault, Code, Message: text }) => ({
        id: messages[Number(Id)]?.id ?? "",
        ours: SenderFault ?? false,
        reason: `${Code}: ${text ?? ""}`,
      }));
    },

    async receive(queue, signal) {
      const { sdk, long } = await clients();
      const command = new sdk.ReceiveMessageCommand({
        QueueUrl: await urlOf(queue),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
      });
      try {
        const { Messages = [] } = await long.send(command, endpoint ? {} : { abortSignal: signal });
        return Messages.filter(isWhole);
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    },

    async deleteBatch(queue, messages) {
      if (messages.length === 0) return;
      const { sdk, short } = await clients();
      const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      const QueueUrl = await urlOf(queue);
      const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries });
      const { Failed = [] } = await short.send(command);
      if (Failed.length > 0) throw new Error(`SQS kept ${Failed.length}: ${Failed[0]?.Code}`);
    },
  };
}

/** Loads the SDK once, on the first use. */
export function openClients({ region, endpoint }: SqsOptions) {
  const load = async () => {
    const sdk = await import("@aws-sdk/client-sqs");
    const open = (requestTimeout: number): SQSClient =>
      new sdk.SQSClient({
        region,
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 2_000, requestTimeout, throwOnRequestTimeout: true },
        ...(endpoint ? { endpoint, credentials: NOBODY } : {}),
      });
    return { sdk, short: open(2_000), long: open((LONG_POLL_SECONDS + 5) * 1_000) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return () => (loaded ??= load());
}

/** The queue URLs a stand-in answers with may name a host that does not resolve. */
export function standInUrl(endpoint: string, name: string) {
  return new URL(`/000000000000/${name}`, endpoint).href;
}

function isWhole(message: Message): message is Received {
  const { MessageId, ReceiptHandle, Body } = message;
  return MessageId !== undefined && ReceiptHandle !== undefined && Body !== undefined;
}
