DROP INDEX "latchkey"."one_time_tokens_user_id_purpose_idx";--> statement-breakpoint
ALTER TABLE "latchkey"."events" ADD COLUMN "session_id" uuid;--> statement-breakpoint
ALTER TABLE "latchkey"."events" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "previous_token_hash" "bytea";--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "factors" text DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "verified_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "browser" text;--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "system" text;--> statement-breakpoint
ALTER TABLE "latchkey"."sessions" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "latchkey"."users" ADD COLUMN "email_verified_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "latchkey"."users" ADD COLUMN "locale" text;--> statement-breakpoint
CREATE INDEX "jobs_failed_at_idx" ON "latchkey"."jobs" USING btree ("failed_at") WHERE failed_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "one_time_tokens_user_id_purpose_email_idx" ON "latchkey"."one_time_tokens" USING btree ("user_id","purpose","email");--> statement-breakpoint
CREATE INDEX "sessions_previous_token_hash_idx" ON "latchkey"."sessions" USING btree ("previous_token_hash");