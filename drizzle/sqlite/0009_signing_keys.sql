CREATE TABLE `signing_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`generation` integer NOT NULL,
	`signs_at` integer NOT NULL,
	`public_key` blob NOT NULL,
	`private_key_ciphertext` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_generation_unique` ON `signing_keys` (`generation`);