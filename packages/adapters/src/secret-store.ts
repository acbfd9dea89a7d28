import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";

/** The secrets of an account and region, by their names. */
export type SecretStore = {
  /** One that waits for its removal is not there, but its name is not free. */
  find(name: string): Promise<"there" | "leaving" | undefined>;
  create(name: string, description: string, value: string): Promise<void>;
  /** Becomes the current value of one that is there. */
  put(name: string, value: string): Promise<void>;
};

/** Over AWS Secrets Manager with whatever account the environment signs in to. */
export function secretStore(): SecretStore {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
  });
  return {
    async find(SecretId) {
      try {
        const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId }));
        return DeletedDate ? "leaving" : "there";
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async create(Name, Description, SecretString) {
      await client.send(new CreateSecretCommand({ Name, Description, SecretString }));
    },
    async put(SecretId, SecretString) {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
  };
}
