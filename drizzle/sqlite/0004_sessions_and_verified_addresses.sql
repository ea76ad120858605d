DROP INDEX `one_time_tokens_user_id_purpose_idx`;--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_tokens_user_id_purpose_email_idx` ON `one_time_tokens` (`user_id`,`purpose`,`email`);--> statement-breakpoint
ALTER TABLE `events` ADD `session_id` text;--> statement-breakpoint
ALTER TABLE `events` ADD `address` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `previous_token_hash` blob;--> statement-breakpoint
ALTER TABLE `sessions` ADD `factors` text DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `verified_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `browser` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `system` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `address` text;--> statement-breakpoint
CREATE INDEX `sessions_previous_token_hash_idx` ON `sessions` (`previous_token_hash`);--> statement-breakpoint
ALTER TABLE `users` ADD `email_verified_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `locale` text;--> statement-breakpoint
CREATE INDEX `jobs_failed_at_idx` ON `jobs` (`failed_at`) WHERE failed_at is not null;