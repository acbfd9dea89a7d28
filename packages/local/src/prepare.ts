import { createQueues } from "@netcheck/adapters/sqs";
import { reconcileBroker } from "@netcheck/agents/account";
import { enrolByName } from "@netcheck/agents/enrolment";
import { jobCtx } from "@netcheck/api/ctx-for";
import { makeAllPartitions } from "@netcheck/api/partitions";
import { QUEUES } from "@netcheck/api/queues";
import { authenticate } from "@netcheck/identity/bearer";
import { createFirstAdmin, findFirstAdmin } from "@netcheck/identity/first-admin";
import { endSession } from "@netcheck/identity/session";
import { impersonate } from "@netcheck/identity/sign-in";
import { generateTokenKeys as generateKeys } from "@netcheck/identity/token";

import { migrateDatabase } from "./migrate.ts";
import { openPlatform } from "./platform.ts";

const JOB = "local.start";

/** A value for `TOKEN_KEYS`, made once per home. */
export async function generateTokenKeys() {
  return JSON.stringify(await generateKeys());
}

/** The queues and dead-letter queues of the platform, if they are not there. */
export async function createSqsQueues(endpoint: string) {
  await createQueues({ endpoint }, QUEUES);
}

/** Migrates, makes partitions and the first administrator; `password` only if it was made now. */
export async function prepareDatabase(
  env: NodeJS.ProcessEnv,
  account: { email: string; password: string },
): Promise<{ email: string; password?: string }> {
  await using opened = await openPlatform(env);
  const ctx = jobCtx(opened.platform, JOB);
  await migrateDatabase(opened.settings.DATABASE_URL);
  await makeAllPartitions(ctx);
  const known = await findFirstAdmin(ctx);
  if (known) return { email: known.email };
  const created = await createFirstAdmin(ctx, account);
  return created
    ? { email: created.email, password: account.password }
    : await prepareDatabase(env, account);
}

/** Topology and accounts from the rows; needs RabbitMQ. */
export async function prepareBroker(env: NodeJS.ProcessEnv) {
  await using opened = await openPlatform(env);
  await reconcileBroker(jobCtx(opened.platform, JOB));
}

/** An enrolment token for each of these agents, made if they are not there; none for a revoked one. */
export async function enrolLocalAgents(env: NodeJS.ProcessEnv, names: readonly string[]) {
  await using opened = await openPlatform(env);
  const ctx = jobCtx(opened.platform, JOB);
  const tokens: Record<string, string> = {};
  for (const name of names) {
    const token = await enrolByName(ctx, name);
    if (token) tokens[name] = token;
  }
  return tokens;
}

/** An access token of the first administrator, for a check over HTTP like everyone's. */
export async function systemAccessToken(env: NodeJS.ProcessEnv) {
  const opened = await openPlatform(env);
  const ctx = jobCtx(opened.platform, JOB);
  const admin = await findFirstAdmin(ctx);
  if (!admin) throw new Error("There is no administrator yet.");
  const { accessToken } = await impersonate(ctx, admin.email);
  return {
    accessToken,
    async end() {
      const { sessionId } = await authenticate(ctx, accessToken);
      await endSession(ctx, sessionId);
      await opened[Symbol.asyncDispose]();
    },
  };
}
