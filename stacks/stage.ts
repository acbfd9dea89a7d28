/** What differs between stages. Anything else is the same everywhere, so that a test stage tells the truth. */
export const isProduction = $app.stage === "production";

/** What holds something that a deployment cannot make again. */
export const keep = { protect: isProduction, retainOnDelete: isProduction };

export const workers = isProduction ? { min: 2, max: 10 } : { min: 1, max: 2 };

export const logRetention = isProduction ? "3 months" : "2 weeks";

/** Before every physical name that we choose ourselves. */
export const prefix = `${$app.name}-${$app.stage}-`;

/** Not secret and not ours to know: `.env.<stage>`, which the SST CLI reads. */
export const settings = {
  /** Where agents reach the broker, without an account. */
  agentAmqpUrl: required("NETCHECK_AGENT_AMQP_URL"),
  /** Of the API; without it API Gateway's own name is used. */
  domain: process.env["NETCHECK_DOMAIN"],
  /** Who hears of alarms; the address confirms it by mail once. */
  alarmEmail: process.env["NETCHECK_ALARM_EMAIL"],
};

function required(name: string) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name} in .env.${$app.stage}: see docs/runbook.md.`);
  return value;
}
