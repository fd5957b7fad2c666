"""The pipeline's work done by ImageMagick: one command, a decode at the scale that suits, each size from
the next larger, one thread.
"""

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from PIL import Image

from sizes import sizes

Image.MAX_IMAGE_PIXELS = None
try:
    import pillow_heif

    pillow_heif.register_heif_opener()
except ImportError:
    pass


def derive(file, folder):
    with Image.open(file) as image:
        wanted = sizes(*image.size)
    wide, high = wanted[0][1]
    command = ["convert", "-limit", "thread", "1", "-define", f"jpeg:size={wide}x{high}", file, "-auto-orient", "-strip"]
    command += ["-sampling-factor", "4:2:0", "-filter", "Lanczos", "-define", "jpeg:optimize-coding=off"]
    stem = pathlib.Path(file).stem
    paths = [pathlib.Path(folder) / f"{stem}-{name}.jpg" for name, _, _ in wanted]
    for path, (_, (wide, high), quality) in zip(paths, wanted):
        command += ["-resize", f"{wide}x{high}!", "-quality", str(quality), "-write", str(path)]
    subprocess.run(command + ["null:"], check=True)
    return [(name, *size, path.read_bytes()) for path, (name, size, _) in zip(paths, wanted)]


if __name__ == "__main__":
    rounds, folder, files = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as scratch:
        for file in files:
            for _ in range(rounds):
                before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                made = derive(file, scratch if folder == "-" else folder)
                after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - wall
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                shown = " ".join(f"{name}:{len(data)}:{wide}x{high}" for name, wide, high, data in made)
                print(f"{pathlib.Path(file).stem} {cpu:.6f} {wall:.6f} {shown}")
