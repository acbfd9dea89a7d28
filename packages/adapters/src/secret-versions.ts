import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

const PENDING = "AWSPENDING";
const CURRENT = "AWSCURRENT";

/** The versions of one secret while it is rotated; `token` names the new one. */
export type SecretVersions = {
  /** Which stages each version has. */
  stages(): Promise<Record<string, string[]>>;
  current(): Promise<string>;
  /** Undefined until it is put. */
  pending(token: string): Promise<string | undefined>;
  putPending(token: string, value: string): Promise<void>;
  makeCurrent(token: string, from: string | undefined): Promise<void>;
};

/** Over AWS Secrets Manager, or what `AWS_ENDPOINT_URL_SECRETS_MANAGER` names. Three attempts of 2 s. */
export function secretVersions(SecretId: string): SecretVersions {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 2_000,
      throwOnRequestTimeout: true,
    },
  });

  async function read(version: { VersionStage: string; VersionId?: string }) {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, ...version }));
    if (!SecretString) throw new Error("The secret is empty or not a text.");
    return SecretString;
  }

  return {
    async stages() {
      const { RotationEnabled, VersionIdsToStages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId }),
      );
      if (!RotationEnabled) throw new Error("Rotation is not enabled for this secret.");
      return VersionIdsToStages;
    },
    current: () => read({ VersionStage: CURRENT }),
    async pending(token) {
      try {
        return await read({ VersionStage: PENDING, VersionId: token });
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async putPending(ClientRequestToken, SecretString) {
      const input = { SecretId, ClientRequestToken, SecretString, VersionStages: [PENDING] };
      await client.send(new PutSecretValueCommand(input));
    },
    async makeCurrent(MoveToVersionId, RemoveFromVersionId) {
      const versions = { MoveToVersionId, ...(RemoveFromVersionId && { RemoveFromVersionId }) };
      const input = { SecretId, VersionStage: CURRENT, ...versions };
      await client.send(new UpdateSecretVersionStageCommand(input));
    },
  };
}
