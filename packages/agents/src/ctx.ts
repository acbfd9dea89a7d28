import type { BrokerAdmin } from "@netcheck/kernel/broker";
import type { Ctx } from "@netcheck/kernel/ctx";
import type { Acting, ActorOf } from "@netcheck/kernel/guard";
import type { AllowList } from "@netcheck/wire/address";
import type { BrokerBlock } from "@netcheck/wire/registration";

/** What the verbs of agents need beyond the common `Ctx`. */
export type AgentsCtx = Ctx & {
  brokerAdmin: BrokerAdmin;
  /** What agents are told of the broker, apart from their own account. */
  agentBroker: Pick<BrokerBlock, "host" | "port" | "tls" | "vhost" | "responseExchange">;
  /** What agents are told to keep to of the special networks they allow; undefined leaves it to them. */
  agentAllow: AllowList | undefined;
  heartbeatIntervalSeconds: number;
  /** An agent silent for longer is inactive. */
  heartbeatTimeoutSeconds: number;
};

/** An agent that acts for itself. */
export type ActingAgent<C extends Ctx = AgentsCtx> = Acting<C, ActorOf<"agent">>;
