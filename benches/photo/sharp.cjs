// The pipeline's work done by sharp: one decode at the scale that suits, each size from the raw pixels
// of the next larger, one thread. Arguments and output as those of bench.rs; SIZES holds, as JSON, the
// sizes for each file by its name.

const fs = require("node:fs");
const path = require("node:path");
const sharp = require(path.join(process.env.NODE_MODULES, "sharp"));

sharp.concurrency(1);
sharp.cache(false);
const wanted = JSON.parse(process.env.SIZES);

async function derive(file, folder) {
  const stem = path.parse(file).name;
  const made = [];
  let image = sharp(file).rotate();
  for (const [name, [width, height], quality] of wanted[stem]) {
    const { data, info } = await image
      .resize(width, height, { fit: "fill", kernel: "lanczos3" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const jpeg = await sharp(data, { raw })
      .jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: false })
      .toBuffer();
    if (folder !== "-") fs.writeFileSync(path.join(folder, `${stem}-${name}.jpg`), jpeg);
    made.push(`${name}:${jpeg.length}:${width}x${height}`);
    image = sharp(data, { raw });
  }
  return made;
}

async function main([rounds, folder, ...files]) {
  for (const file of files) {
    for (let round = 0; round <= Number(rounds); round++) {
      const before = process.cpuUsage();
      const wall = process.hrtime.bigint();
      const made = await derive(file, folder);
      const { user, system } = process.cpuUsage(before);
      const passed = Number(process.hrtime.bigint() - wall) / 1e9;
      if (round > 0) console.log(path.parse(file).name, ((user + system) / 1e6).toFixed(6), passed.toFixed(6), ...made);
    }
  }
}

main(process.argv.slice(2));
