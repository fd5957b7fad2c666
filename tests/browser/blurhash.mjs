// The decoder and the encoder every web client of the fediverse uses, over one picture: reads JSON from standard
// input, answers 32 × 32 pixels of our hash and of its own.
import { decode, encode } from "blurhash";
import { readFileSync } from "node:fs";

const SIDE = 32;
const { hash, across, down, width, height, pixels } = JSON.parse(readFileSync(0, "utf8"));
const own = encode(new Uint8ClampedArray(Buffer.from(pixels, "base64")), width, height, across, down);
const shown = (hash) => Buffer.from(decode(hash, SIDE, SIDE)).toString("base64");
process.stdout.write(JSON.stringify({ ours: shown(hash), theirs: shown(own) }));
