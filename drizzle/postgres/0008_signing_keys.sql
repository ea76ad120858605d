CREATE TABLE "latchkey"."signing_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"generation" integer NOT NULL,
	"signs_at" timestamp (3) with time zone NOT NULL,
	"public_key" "bytea" NOT NULL,
	"private_key_ciphertext" "bytea" NOT NULL,
	CONSTRAINT "signing_keys_generation_unique" UNIQUE("generation")
);
