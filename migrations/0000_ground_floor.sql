CREATE SCHEMA "agents";
--> statement-breakpoint
CREATE SCHEMA "checks";
--> statement-breakpoint
CREATE SCHEMA "identity";
--> statement-breakpoint
CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE TABLE "agents"."agent" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"status" text NOT NULL,
	"location" jsonb NOT NULL,
	"tags" text[] NOT NULL,
	"queue" text NOT NULL,
	"enrollment_hash" text,
	"secret_hash" text,
	"bought_hash" text,
	"rotated_hashes" text[] DEFAULT '{}' NOT NULL,
	"rotate_asked_at" timestamp with time zone,
	"broker_password_hash" text,
	"hostname" text,
	"region" text,
	"local_ip" text,
	"public_ip" text,
	"version" text,
	"capabilities" text[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"registered_at" timestamp with time zone,
	"seen_at" timestamp with time zone,
	CONSTRAINT "agent_name" UNIQUE("name_key"),
	CONSTRAINT "agent_queue" UNIQUE("queue"),
	CONSTRAINT "agent_enrollment" UNIQUE("enrollment_hash"),
	CONSTRAINT "agent_secret" UNIQUE("secret_hash"),
	CONSTRAINT "agent_bought" UNIQUE("bought_hash")
);
--> statement-breakpoint
CREATE TABLE "checks"."check" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"target" text NOT NULL,
	"port" integer,
	"options" jsonb NOT NULL,
	"expected" integer NOT NULL,
	"truncated" boolean NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"deadline_at" timestamp with time zone NOT NULL
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "checks"."check_default" PARTITION OF "checks"."check" DEFAULT;
--> statement-breakpoint
CREATE TABLE "checks"."idempotency" (
	"actor" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"answer" json NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_actor_key_pk" PRIMARY KEY("actor","key")
);
--> statement-breakpoint
CREATE TABLE "checks"."result" (
	"check_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"agent" jsonb NOT NULL,
	"undelivered" text,
	"received_at" timestamp with time zone,
	"late" boolean,
	"status" text,
	"failure_source" text,
	"failed_phase" text,
	"error" jsonb,
	"started_at" timestamp with time zone,
	"duration_ms" double precision,
	"facts" jsonb,
	"result" json,
	CONSTRAINT "result_check_id_agent_id_pk" PRIMARY KEY("check_id","agent_id")
) PARTITION BY RANGE ("check_id");
--> statement-breakpoint
CREATE TABLE "checks"."result_default" PARTITION OF "checks"."result" DEFAULT;
--> statement-breakpoint
CREATE TABLE "identity"."api_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_key_hash" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "identity"."audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" jsonb NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"subject_id" uuid,
	"details" jsonb,
	"address" text,
	"request_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."person" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text,
	"role" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"blocked_at" timestamp with time zone,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "identity"."refresh_token" (
	"hash" text PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"spent_at" timestamp with time zone,
	"successor" text
);
--> statement-breakpoint
CREATE TABLE "identity"."session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"refreshed_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "kernel"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"queue" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"actor" jsonb NOT NULL,
	"request_id" text NOT NULL,
	"delay_seconds" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "identity"."api_key" ADD CONSTRAINT "api_key_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."refresh_token" ADD CONSTRAINT "refresh_token_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "identity"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."session" ADD CONSTRAINT "session_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agent_active" ON "agents"."agent" USING btree ("id") WHERE "agents"."agent"."status" = 'active';--> statement-breakpoint
CREATE INDEX "agent_rotated" ON "agents"."agent" USING gin ("rotated_hashes");--> statement-breakpoint
CREATE INDEX "check_target" ON "checks"."check" USING btree ("target","id");--> statement-breakpoint
CREATE INDEX "check_person" ON "checks"."check" USING btree (("created_by" ->> 'personId'),"id");--> statement-breakpoint
CREATE INDEX "idempotency_created_at" ON "checks"."idempotency" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "api_key_person" ON "identity"."api_key" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "identity"."audit" USING btree ("subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_actor" ON "identity"."audit" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_action" ON "identity"."audit" USING btree ("action","id");--> statement-breakpoint
CREATE UNIQUE INDEX "person_email" ON "identity"."person" USING btree ("email") WHERE "identity"."person"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "person_role" ON "identity"."person" USING btree ("role") WHERE "identity"."person"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "refresh_token_session" ON "identity"."refresh_token" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "refresh_token_age" ON "identity"."refresh_token" USING btree ("issued_at");--> statement-breakpoint
CREATE INDEX "session_person" ON "identity"."session" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "session_expires" ON "identity"."session" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "kernel"."outbox" USING btree ("created_at") WHERE "kernel"."outbox"."sent_at" is null;