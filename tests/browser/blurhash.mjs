// Placeholders as Mastodon's own encoder and decoder understand them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decode, encode, isBlurhashValid } from "blurhash";

export default async function ({ file }) {
  const photos = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(photos.length >= 4);
  for (const { name, hash, across, down, width, height, pixels, decoded } of photos) {
    assert.deepEqual(isBlurhashValid(hash), { result: true }, name);
    const seen = decode(hash, 32, 32);
    const near = (other, what) => {
      const off = difference(seen, other);
      assert.ok(off < 2, `${name}: ${what}, ${off.toFixed(2)} of 255 off in the mean`);
    };
    near(decode(encode(rgba(pixels), width, height, across, down), 32, 32), "unlike the picture in the reference encoder");
    near(rgba(decoded), "read differently here");
  }
}

const rgba = (text) => new Uint8ClampedArray(Buffer.from(text, "base64"));

/** Mean difference of the colours, transparency left out. */
function difference(one, other) {
  assert.equal(one.length, other.length);
  const colours = one.length * 0.75;
  return one.reduce((sum, value, at) => sum + (at % 4 === 3 ? 0 : Math.abs(value - other[at])), 0) / colours;
}
