import { log } from "@netcheck/kernel/log";
import { within } from "@netcheck/kernel/time";
import { type Channel, type ChannelModel, connect, type ConfirmChannel } from "amqplib";

import { backOff } from "./backoff.ts";

/** A connection in use. When anything on it fails, all of it is lost, and the next one begins anew. */
export type Link = {
  channel(): Promise<Channel>;
  confirmChannel(): Promise<ConfirmChannel>;
  /** Aborted when the connection or one of its channels is gone. */
  lost: AbortSignal;
  lose(error: Error): void;
  /** Whether the broker, short of memory or disk, has stopped reading what we publish. */
  isBlocked(): boolean;
};

type Options = {
  /** `amqp://user:password@host:port[/vhost]`, or `amqps:`. */
  url: string;
  /** Used if the URL names none. */
  vhost: string;
  /** Shown in the broker's list of connections. */
  name: string;
  signal: AbortSignal;
  /** Uses the link until it is lost or `signal` is aborted, and settles soon after either. */
  use: (link: Link) => Promise<void>;
};

const CONNECT_MS = 5_000;
const CLOSE_MS = 1_000;
const HEARTBEAT_SECONDS = 10;
const STEADY_MS = 10_000;

/** Keeps one connection in use, with back-off between attempts, until `signal` is aborted. */
export async function keepConnected(options: Options): Promise<void> {
  const { name, signal, use } = options;
  let failures = 0;
  while (!signal.aborted) {
    const since = Date.now();
    try {
      await connected(options, use);
    } catch (error) {
      log.warn("broker connection failed", { connection: name, failures, error });
    }
    if (signal.aborted) return;
    failures = Date.now() - since > STEADY_MS ? 1 : failures + 1;
    await backOff(failures, signal);
  }
}

async function connected({ url, vhost, name }: Options, use: Options["use"]) {
  const connection = await connect(target(url, vhost), {
    noDelay: true,
    timeout: CONNECT_MS,
    clientProperties: { connection_name: name },
  });
  const gone = new AbortController();
  const link = linkOver(connection, gone, name);
  try {
    await use(link);
    gone.signal.throwIfAborted();
  } finally {
    gone.abort(new Error("Done."));
    await within(CLOSE_MS, connection.close()).catch((error: unknown) => {
      log.debug("connection was not closed in order", { connection: name, error });
    });
  }
}

function linkOver(connection: ChannelModel, gone: AbortController, name: string): Link {
  let blocked = false;
  const lose = (error: Error) => gone.abort(error);
  connection.on("error", lose);
  connection.on("close", (error?: Error) => lose(error ?? new Error("Connection closed.")));
  connection.on("blocked", (reason) => {
    blocked = true;
    log.warn("broker stopped reading", { connection: name, reason });
  });
  connection.on("unblocked", () => {
    blocked = false;
    log.info("broker reads again", { connection: name });
  });

  function guarded<T extends Channel>(channel: T) {
    channel.on("error", lose);
    channel.on("close", () => lose(new Error("Channel closed.")));
    return channel;
  }

  return {
    channel: async () => guarded(await connection.createChannel()),
    confirmChannel: async () => guarded(await connection.createConfirmChannel()),
    lost: gone.signal,
    lose,
    isBlocked: () => blocked,
  };
}

function target(url: string, vhost: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const tls = protocol === "amqps:";
  return {
    protocol: tls ? "amqps" : "amqp",
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port) || (tls ? 5671 : 5672),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    // amqplib decodes it once more.
    vhost: pathname.length > 1 ? pathname.slice(1) : encodeURIComponent(vhost),
    heartbeat: HEARTBEAT_SECONDS,
  };
}
