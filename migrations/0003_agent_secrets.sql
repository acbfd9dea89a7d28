ALTER TABLE "agents"."agent" DROP CONSTRAINT "agent_secret";
--> statement-breakpoint
ALTER TABLE "agents"."agent" DROP CONSTRAINT "agent_bought";
--> statement-breakpoint
DROP INDEX "agents"."agent_rotated";
--> statement-breakpoint
CREATE TABLE "agents"."agent_secret" (
	"hash" text PRIMARY KEY NOT NULL,
	"agent_id" uuid NOT NULL,
	"state" text NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "agents"."agent_secret_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
);
--> statement-breakpoint
ALTER TABLE "agents"."agent_secret" ADD CONSTRAINT "agent_secret_agent_id_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "agents"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "agent_secret_of" ON "agents"."agent_secret" USING btree ("agent_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "agent_secret_one" ON "agents"."agent_secret" USING btree ("agent_id","state") WHERE "agents"."agent_secret"."state" <> 'rotated';
--> statement-breakpoint
INSERT INTO "agents"."agent_secret" ("hash", "agent_id", "state")
SELECT "secret_hash", "id", 'in_use' FROM "agents"."agent" WHERE "secret_hash" IS NOT NULL
UNION ALL
SELECT "bought_hash", "id", 'bought' FROM "agents"."agent" WHERE "bought_hash" IS NOT NULL;
--> statement-breakpoint
INSERT INTO "agents"."agent_secret" ("hash", "agent_id", "state")
SELECT "handed"."hash", "id", 'rotated' FROM "agents"."agent", unnest("rotated_hashes") WITH ORDINALITY AS "handed"("hash", "nth") ORDER BY "nth";
--> statement-breakpoint
ALTER TABLE "agents"."agent" DROP COLUMN "secret_hash";
--> statement-breakpoint
ALTER TABLE "agents"."agent" DROP COLUMN "bought_hash";
--> statement-breakpoint
ALTER TABLE "agents"."agent" DROP COLUMN "rotated_hashes";
