DROP INDEX "latchkey"."events_user_id_idx";--> statement-breakpoint
CREATE INDEX "events_user_id_id_idx" ON "latchkey"."events" USING btree ("user_id","id");