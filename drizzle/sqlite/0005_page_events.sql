DROP INDEX `events_user_id_idx`;--> statement-breakpoint
CREATE INDEX `events_user_id_id_idx` ON `events` (`user_id`,`id`);