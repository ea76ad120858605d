DROP INDEX `totps_user_id_unique`;--> statement-breakpoint
CREATE INDEX `totps_user_id_idx` ON `totps` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `totps_confirmed_idx` ON `totps` (`user_id`) WHERE "totps"."confirmed_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `totps_offered_idx` ON `totps` (`user_id`) WHERE "totps"."confirmed_at" is null;