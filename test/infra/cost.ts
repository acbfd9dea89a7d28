/** US dollars, list prices of us-east-1; where each is from is in docs/cost.md. */
const PRICES = {
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  httpRequest: 1e-6,
  schedulerCall: 1e-6,
  sqsRequest: 0.4e-6,
  fargateCpuHour: 0.03238,
  fargateGbHour: 0.00356,
  natHour: 0.0042 + 0.005,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  redisCommand: 0.2 / 100_000,
  /** A plan of fixed price, 1 GB, for any number of commands. */
  redisMonth: 20,
  neonCuHour: 0.14,
  neonGbMonth: 0.35,
};

/** What a stage has of what is paid by the piece; a test counts them. */
export const PIECES = { secrets: 5, alarms: 44, consumers: 3, minutely: 2, canaries: 2 };

const HOURS = 730;
const MINUTES = HOURS * 60;
const SECONDS = MINUTES * 60;
const DAYS = HOURS / 24;

export type Scenario = {
  agents: number;
  checksPerDay: number;
  agentsPerCheck: number;
  workers: number;
  heartbeatSeconds: number;
};

const lambda = (requests: number, seconds: number, gb: number) =>
  requests * (PRICES.lambdaRequest + seconds * gb * PRICES.lambdaGbSecond);

/** A month of what is there whether anybody asks anything or not; the hosted broker is not in it. */
function idleCost({ workers }: Pick<Scenario, "workers">) {
  const task = 0.25 * PRICES.fargateCpuHour + 0.5 * PRICES.fargateGbHour;
  // Lambda's five pollers a queue, and each worker's long poll, three times a minute.
  const polls = (PIECES.consumers * 5 + workers) * 3 * MINUTES;
  const rounds = PIECES.minutely * MINUTES;
  return {
    worker: workers * task * HOURS,
    network: 2 * PRICES.natHour * HOURS,
    secrets: PIECES.secrets * PRICES.secretMonth,
    alarms: PIECES.alarms * PRICES.alarmMonth,
    polling: polls * PRICES.sqsRequest,
    schedules: rounds * PRICES.schedulerCall + lambda(rounds, 0.1, 0.5),
    canaries: canaryCost(),
  };
}

/** `/health` every five minutes and `/ready` every six hours: who asks waits for who answers. */
function canaryCost() {
  const asked = MINUTES / 5 + HOURS / 6;
  const calls = asked * (PRICES.schedulerCall + PRICES.httpRequest);
  return calls + lambda(asked, 1, 0.125) + lambda(asked, 0.1, 1);
}

/** Heartbeats over the broker: the worker sends them on ten at a time, a function takes 500 or 5 s. */
export function heartbeatCost({ agents, heartbeatSeconds }: Scenario) {
  const beats = (agents * SECONDS) / heartbeatSeconds;
  const batch = batchOf(beats);
  const invocations = Math.min(beats, Math.max(SECONDS / 5, beats / 500));
  const sqs = (3 * beats) / batch;
  return sqs * PRICES.sqsRequest + lambda(invocations, 0.1, 0.5);
}

/** The same beats as HTTP requests: what foreign agents do. */
export function heartbeatCostOverHttp({ agents, heartbeatSeconds }: Scenario) {
  const beats = (agents * SECONDS) / heartbeatSeconds;
  return beats * PRICES.httpRequest + lambda(beats, 0.02, 1);
}

/** One POST, four polls, the request to the agents, an answer of each, and the end. */
function checkCost({ checksPerDay, agentsPerCheck }: Scenario) {
  const checks = checksPerDay * DAYS;
  const answers = checks * agentsPerCheck;
  const batch = batchOf(answers);
  const http = 5 * checks;
  const sqs = 6 * checks + (3 * answers) / batch;
  return (
    http * PRICES.httpRequest +
    lambda(http, 0.03, 1) +
    sqs * PRICES.sqsRequest +
    lambda(answers / batch + checks, 0.05, 0.5)
  );
}

/** Ten minutes for the daily rounds and five for each of four canaries; six after each request. */
function databaseCost({ checksPerDay, agentsPerCheck }: Scenario) {
  const awakeHours = Math.min(24, (10 + 4 * 5 + checksPerDay * 6) / 60) * DAYS;
  const rowsPerSecond = (checksPerDay * agentsPerCheck) / 86_400;
  const units = rowsPerSecond > 100 ? 4 : rowsPerSecond > 10 ? 1 : 0.25;
  const storedGb = 1 + (checksPerDay * agentsPerCheck * 30 * 1_500) / 2 ** 30;
  return awakeHours * units * PRICES.neonCuHour + storedGb * PRICES.neonGbMonth;
}

/** A command a beat, seven a check, three a minute; beyond the fixed price nobody pays by the command. */
function redisCost({ agents, heartbeatSeconds, checksPerDay }: Scenario) {
  const beats = (agents * SECONDS) / heartbeatSeconds;
  const commands = beats + 7 * checksPerDay * DAYS + 3 * MINUTES;
  return Math.min(commands * PRICES.redisCommand, PRICES.redisMonth);
}

/** A month, item by item. */
export function monthlyCost(scenario: Scenario) {
  const items = {
    ...idleCost(scenario),
    database: databaseCost(scenario),
    redis: redisCost(scenario),
    heartbeats: heartbeatCost(scenario),
    checks: checkCost(scenario),
  };
  return { items, total: Object.values(items).reduce((sum, one) => sum + one, 0) };
}

/** Alone below twenty a second, full batches far above. */
function batchOf(perMonth: number) {
  return Math.min(10, Math.max(1, perMonth / SECONDS / 20));
}
