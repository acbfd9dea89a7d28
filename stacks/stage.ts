import { OF_STAGE } from "./variables";

/** What differs between stages. Anything else is the same everywhere, so that a test stage tells the truth. */
export const isProduction = $app.stage === "production";

/** What holds something that a deployment cannot make again. */
export const keep = { protect: isProduction, retainOnDelete: isProduction };

export const workers = isProduction ? { min: 2, max: 10 } : { min: 1, max: 2 };

export const logRetention = isProduction ? "3 months" : "2 weeks";

/** Before every physical name that we choose ourselves. */
export const prefix = `${$app.name}-${$app.stage}-`;

export const settings = {
  agentAmqpUrl: required(OF_STAGE.agentAmqpUrl),
  domain: process.env[OF_STAGE.domain],
  alarmEmail: process.env[OF_STAGE.alarmEmail],
};

function required(name: string) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name} in .env.${$app.stage}: see docs/runbook.md.`);
  return value;
}
