// The decoder of Mastodon's and every other web client: a hash from standard input, 32 × 32 pixels as base64 back.
import { decode } from "blurhash";
import { readFileSync } from "node:fs";

const pixels = decode(readFileSync(0, "utf8").trim(), 32, 32);
process.stdout.write(Buffer.from(pixels).toString("base64"));
