import type { SecretVersions } from "@netcheck/adapters/secret-versions";
import * as z from "zod";

/** What Secrets Manager calls a rotation function with, once per step and again after any failure. */
export const RotationStep = z.object({
  Step: z.enum(["createSecret", "setSecret", "testSecret", "finishSecret"]),
  SecretId: z.string().min(1),
  ClientRequestToken: z.string().min(1),
});

/** How one kind of secret gets its next value. Each may be called again with the same. */
export type Rotation = {
  next(current: string): Promise<string>;
  /** Makes the next value work where it is used; the current one goes on working. */
  set(next: string, current: string): Promise<void>;
  /** Throws unless the next value works. */
  test(next: string): Promise<void>;
};

/**
 * One step of the four; a repeat of any does nothing new.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-lambda-functions.html
 */
export async function rotate(
  { Step, ClientRequestToken: token }: z.output<typeof RotationStep>,
  versions: SecretVersions,
  rotation: Rotation,
) {
  const stages = await versions.stages();
  const own = stages[token] ?? [];
  if (own.includes("AWSCURRENT")) return;
  if (!own.includes("AWSPENDING")) throw new Error("This version is not set for rotation.");
  const pending = await versions.pending(token);

  if (Step === "createSecret") {
    if (pending !== undefined) return;
    return await versions.putPending(token, await rotation.next(await versions.current()));
  }
  if (pending === undefined) throw new Error("The next value has not been made.");
  if (Step === "setSecret") return await rotation.set(pending, await versions.current());
  await rotation.test(pending);
  if (Step === "testSecret") return;
  const [from] = Object.entries(stages).find(([, has]) => has.includes("AWSCURRENT")) ?? [];
  await versions.makeCurrent(token, from);
}
