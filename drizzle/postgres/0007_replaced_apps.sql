ALTER TABLE "latchkey"."totps" DROP CONSTRAINT "totps_user_id_unique";--> statement-breakpoint
CREATE INDEX "totps_user_id_idx" ON "latchkey"."totps" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "totps_confirmed_idx" ON "latchkey"."totps" USING btree ("user_id") WHERE "latchkey"."totps"."confirmed_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "totps_offered_idx" ON "latchkey"."totps" USING btree ("user_id") WHERE "latchkey"."totps"."confirmed_at" is null;