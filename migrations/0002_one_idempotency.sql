ALTER TABLE "checks"."idempotency" SET SCHEMA "kernel";
--> statement-breakpoint
ALTER TABLE "kernel"."idempotency" ADD COLUMN "verb" text DEFAULT 'checks.start' NOT NULL;
--> statement-breakpoint
-- The version before finds the table where it was, and lives with the default; both may go later.
CREATE VIEW "checks"."idempotency" AS
  SELECT "actor", "key", "body_hash", "answer", "created_at" FROM "kernel"."idempotency";
