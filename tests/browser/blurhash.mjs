// Placeholders as the decoder in Mastodon's pages sees them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decode, encode, isBlurhashValid } from "blurhash";

export default async function ({ file }) {
  const photos = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(photos.length >= 4);
  for (const { name, hash, across, down, width, height, pixels, decoded } of photos) {
    assert.deepEqual(isBlurhashValid(hash), { result: true }, name);
    const here = difference(decode(hash, 32, 32), rgba(decoded));
    assert.ok(here < 2, `${name} is read differently here, ${here.toFixed(2)} of 255 in the mean`);
    // No placeholder is the picture: ours must be as near to it as the one the package itself makes.
    const away = (blurhash) => difference(decode(blurhash, width, height), rgba(pixels));
    const [ours, theirs] = [away(hash), away(encode(rgba(pixels), width, height, across, down))];
    assert.ok(ours < theirs + 2, `${name} is ${ours.toFixed(2)} of 255 away from the picture in the mean, their own ${theirs.toFixed(2)}`);
  }
}

const rgba = (text) => new Uint8ClampedArray(Buffer.from(text, "base64"));

/** Mean difference of the colours, transparency left out. */
function difference(one, other) {
  assert.equal(one.length, other.length);
  return one.reduce((sum, value, at) => sum + (at % 4 === 3 ? 0 : Math.abs(value - other[at])), 0) / (one.length * 0.75);
}
