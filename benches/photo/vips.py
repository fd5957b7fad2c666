"""The pipeline's work done by libvips: one decode at the scale that suits, each size from the next
larger, one thread, caches off; arguments and output as those of `bench.rs`.
"""

import os
import pathlib
import sys
import time

os.environ["VIPS_CONCURRENCY"] = "1"

import pyvips

from sizes import sizes

pyvips.cache_set_max(0)


def derive(file, folder):
    header = pyvips.Image.new_from_file(file)
    oriented = header.get("orientation") in (5, 6, 7, 8) if "orientation" in header.get_fields() else False
    width, height = (header.height, header.width) if oriented else (header.width, header.height)
    made, image = [], None
    for name, (wide, high), quality in sizes(width, height):
        how = dict(height=high, size="force")
        # Asked for a profile, libvips converts even what needs none.
        colour = dict(export_profile="srgb") if "icc-profile-data" in header.get_fields() else {}
        image = (pyvips.Image.thumbnail(file, wide, **colour, **how) if image is None
                 else image.thumbnail_image(wide, **how))
        image = image.copy_memory()
        data = image.jpegsave_buffer(Q=quality, strip=True, subsample_mode="on", optimize_coding=False)
        made.append((name, wide, high, data))
    if folder != "-":
        stem = pathlib.Path(file).stem
        for name, _, _, data in made:
            (pathlib.Path(folder) / f"{stem}-{name}.jpg").write_bytes(data)
    return made


def main(derive):
    rounds, folder, files = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    for file in files:
        for turn in range(rounds + 1):
            wall, cpu = time.perf_counter(), time.process_time()
            made = derive(file, folder)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            if turn:
                shown = " ".join(f"{name}:{len(data)}:{wide}x{high}" for name, wide, high, data in made)
                print(f"{pathlib.Path(file).stem} {cpu:.6f} {wall:.6f} {shown}")


if __name__ == "__main__":
    main(derive)
