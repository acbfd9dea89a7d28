import manifest from "../packages/api/contexts.json";

/** Not secret and not ours to know: what `.env.<stage>`, which the SST CLI reads, says of the stage itself. */
export const OF_STAGE = {
  /** Where agents reach the broker, without an account. Needed. */
  agentAmqpUrl: "NETCHECK_AGENT_AMQP_URL",
  /** Of the API; without it API Gateway's own name is used. */
  domain: "NETCHECK_DOMAIN",
  /** Who hears of alarms; the address confirms it by mail once. */
  alarmEmail: "NETCHECK_ALARM_EMAIL",
};

/** What `.env.example` says of the worker, and of all functions. */
export const WORKERS = ["LOG_LEVEL", "RMQ_AGENTS_VHOST", "RMQ_REQUEST_EXCHANGE"];
export const EVERYBODYS = [...manifest.settings, "RMQ_WORKER_USER"];

/** Not a setting's own name: the CLI reads `.env` and the shell as well, whose `LOG_LEVEL` is about something else. */
export function variableOf(setting: string) {
  return `NETCHECK_${setting.replace(/^NETCHECK_/, "")}`;
}

/** Every variable that a stage may be given. */
export const VARIABLES = [
  ...Object.values(OF_STAGE),
  ...[...WORKERS, ...EVERYBODYS].map(variableOf),
  ...manifest.contexts.flatMap(({ settings }) => settings).map(variableOf),
];
