ALTER TABLE "identity"."audit" RENAME TO "audit_uncut";
--> statement-breakpoint
ALTER TABLE "identity"."audit_uncut" RENAME CONSTRAINT "audit_pkey" TO "audit_uncut_pkey";
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
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "identity"."audit_default" PARTITION OF "identity"."audit" DEFAULT;
--> statement-breakpoint
-- An id begins with its milliseconds: the lowest of a month is its first one, followed by nothing.
DO $$
DECLARE
	month timestamp;
	bounds text[];
BEGIN
	FOR month IN SELECT DISTINCT date_trunc('month', "at" AT TIME ZONE 'UTC') FROM "identity"."audit_uncut" LOOP
		SELECT array_agg(rpad(lpad(to_hex((extract(epoch FROM border) * 1000)::bigint), 12, '0'), 32, '0') ORDER BY border)
			INTO bounds FROM unnest(ARRAY[month, month + interval '1 month']) AS border;
		EXECUTE format('CREATE TABLE "identity".%I PARTITION OF "identity"."audit" FOR VALUES FROM (%L) TO (%L)',
			'audit_' || to_char(month, 'YYYYMM'), bounds[1], bounds[2]);
	END LOOP;
END $$;
--> statement-breakpoint
INSERT INTO "identity"."audit" SELECT * FROM "identity"."audit_uncut";
--> statement-breakpoint
DROP TABLE "identity"."audit_uncut";
--> statement-breakpoint
CREATE INDEX "audit_subject" ON "identity"."audit" USING btree ("subject_id","id");
--> statement-breakpoint
CREATE INDEX "audit_actor" ON "identity"."audit" USING btree ("actor_id","id");
--> statement-breakpoint
CREATE INDEX "audit_action" ON "identity"."audit" USING btree ("action","id");
