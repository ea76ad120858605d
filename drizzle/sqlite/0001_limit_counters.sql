CREATE TABLE `limit_counters` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`count` integer NOT NULL,
	`blocked_until` integer NOT NULL,
	`forget_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `limit_counters_forget_at_idx` ON `limit_counters` (`forget_at`);