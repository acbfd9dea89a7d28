import { Server } from "node:net";
import { parseArgs } from "node:util";

import { startFauxqs } from "fauxqs";

const { values } = parseArgs({ options: { port: { type: "string" }, data: { type: "string" } } });
if (!values.port || !values.data) throw new Error("usage: sqs-server.ts --port N --data DIR");

// fauxqs 2.4.1 always listens on 0.0.0.0 and has no option for it. Nothing else listens in this process.
const listen: unknown = Reflect.get(Server.prototype, "listen");
if (typeof listen !== "function") throw new Error("net.Server has no listen");
Reflect.set(
  Server.prototype,
  "listen",
  function (this: Server, options: object, ...rest: unknown[]): unknown {
    return Reflect.apply(listen, this, [{ ...options, host: "127.0.0.1" }, ...rest]);
  },
);

const server = await startFauxqs({
  port: Number(values.port),
  dataDir: values.data,
  logger: false,
});

let stopping: Promise<void> | undefined;
const stop = () => {
  stopping ??= server.stop().finally(() => process.exit());
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.on("disconnect", stop);
