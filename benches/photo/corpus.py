"""Makes the photos the bench works on: wallpapers under free licences, brought to the sizes, samplings
and grain of camera files.

    corpus.py SOURCES FOLDER

SOURCES holds the unpacked Debian packages `plasma-workspace-wallpapers` and `mate-backgrounds`. What is
there already is not made again.
"""

import io
import pathlib
import sys

import numpy as np
from PIL import Image, ImageCms

Image.MAX_IMAGE_PIXELS = None

KDE = "usr/share/wallpapers/{}/contents/images/{}.jpg"
MATE = "usr/share/backgrounds/mate/"
BIRD = MATE + "nature/TwoWings.jpg"
TEXTURE = KDE.format("Path", "2560x1600")
GRASS = KDE.format("summer_1am", "2560x1600")
PAINTING = KDE.format("SafeLanding", "5120x2880")
LEAVES = KDE.format("Autumn", "2560x1600")

# name, source, size, grain (luma, chroma), how it is saved
FILES = [
    ("c02", LEAVES, (1632, 1224), (3.5, 1.5), dict(quality=90, subsampling=2)),
    ("a12", BIRD, (4032, 3024), (6.5, 2.5), dict(quality=92, subsampling=2)),
    ("b12", TEXTURE, (4032, 3024), (4.5, 2.0), dict(quality=92, subsampling=2)),
    ("p12-p3", LEAVES, (4032, 3024), (5.0, 2.0), dict(quality=92, subsampling=2, p3=True)),
    ("c24", GRASS, (6000, 4000), (6.5, 3.0), dict(quality=92, subsampling=2)),
    ("c24p", GRASS, (6000, 4000), (6.5, 3.0), dict(quality=92, subsampling=2, progressive=True)),
    ("d24-444", PAINTING, (6000, 4000), (1.0, 0.6), dict(quality=94, subsampling=0)),
    ("e48", TEXTURE, (8064, 6048), (5.5, 2.5), dict(quality=90, subsampling=2)),
    ("e48p", TEXTURE, (8064, 6048), (5.5, 2.5), dict(quality=90, subsampling=2, progressive=True)),
    ("p24-p3", LEAVES, (6000, 4000), (6.0, 2.5), dict(quality=92, subsampling=2, p3=True)),
    ("f02-png", PAINTING, (1632, 1224), (1.0, 0.5), dict(format="PNG", compress_level=3)),
    ("f12-png", PAINTING, (4032, 3024), (1.0, 0.5), dict(format="PNG", compress_level=3)),
    ("g12-heic", LEAVES, (4032, 3024), (2.0, 1.0), dict(format="HEIF", quality=60)),
]


def fitted(path, size):
    """The middle of the picture in the wanted shape, resampled to the wanted size."""
    image = Image.open(path).convert("RGB")
    width, height = image.size
    shape = size[0] / size[1]
    wide, high = min(width, height * shape), min(height, width / shape)
    box = ((width - wide) / 2, (height - high) / 2, (width + wide) / 2, (height + high) / 2)
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def grainy(image, luma, chroma, seed):
    """Adds the noise of a sensor: white in luma, coarser in chroma. By bands, to spare memory."""
    rng = np.random.default_rng(seed)
    ycc = image.convert("YCbCr")
    width, height = image.size
    bands = []
    for channel, plane in enumerate(ycc.split()):
        data = np.asarray(plane).copy()
        for top in range(0, height, 512):
            rows = min(512, height - top)
            if channel == 0:
                noise = rng.standard_normal((rows, width), dtype=np.float32) * luma
            else:
                half = rng.standard_normal((rows // 2 + 1, width // 2 + 1), dtype=np.float32) * chroma
                noise = half.repeat(2, 0).repeat(2, 1)[:rows, :width]
            data[top:top + rows] = np.clip(data[top:top + rows] + noise, 0, 255).astype(np.uint8)
        bands.append(Image.fromarray(data, "L"))
    return Image.merge("YCbCr", bands).convert("RGB")


def make(root, target, name, source, size, grain, how):
    how = dict(how)
    kind = how.pop("format", "JPEG")
    path = target / f"{name}.{dict(JPEG='jpg', PNG='png', HEIF='heic')[kind]}"
    if path.exists():
        return
    if kind == "HEIF":
        try:
            import pillow_heif
        except ImportError:
            print(f"{name}: left out, pillow-heif is not installed")
            return
        pillow_heif.register_heif_opener()
    if how.pop("p3", False):
        how["icc_profile"] = p3_profile()
    image = grainy(fitted(root / source, size), *grain, seed=sum(map(ord, source)) + size[0])
    out = io.BytesIO()
    image.save(out, kind, **how)
    path.write_bytes(out.getvalue())
    print(f"{path.name}: {size[0]} x {size[1]}, {path.stat().st_size * 8 / (size[0] * size[1]):.2f} bits a pixel")


def p3_profile():
    """Display P3 as the primaries and the curve define it: sRGB's profile with other columns."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    columns = {b"rXYZ": (0.51512, 0.24120, -0.00105), b"gXYZ": (0.29198, 0.69225, 0.04189), b"bXYZ": (0.15710, 0.06657, 0.78407)}
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, 132 + 12 * count, 12):
        values = columns.get(bytes(profile[at:at + 4]))
        offset = int.from_bytes(profile[at + 4:at + 8], "big") + 8
        for i, value in enumerate(values or ()):
            profile[offset + 4 * i:offset + 4 * i + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
    return bytes(profile)


if __name__ == "__main__":
    root, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    for name, source, size, grain, how in FILES:
        make(root, target, name, source, size, grain, how)
