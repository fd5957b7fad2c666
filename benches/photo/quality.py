"""SSIMULACRA2 of every size made by two tools, against a Lanczos resize of the full decode.

    quality.py CORPUS OURS THEIRS
"""

import io
import pathlib
import sys
import tempfile

import ssimulacra2
from PIL import Image, ImageCms

Image.MAX_IMAGE_PIXELS = None
try:
    import pillow_heif

    pillow_heif.register_heif_opener()
except ImportError:
    pass


def shown(file):
    """A picture as sRGB."""
    image = Image.open(file)
    profile = image.info.get("icc_profile")
    image = image.convert("RGB")
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    return image


def main():
    corpus, ours, theirs = map(pathlib.Path, sys.argv[1:4])
    print(f"\n{'file':16} {'ours':>7} {'theirs':>7} {'more':>6} {'bytes, ours by theirs'}")
    for file in sorted(corpus.iterdir()):
        made = sorted(ours.glob(f"{file.stem}-*.jpg"), key=lambda path: -path.stat().st_size)
        made = [path for path in made if path.stem.rsplit("-", 1)[0] == file.stem and (theirs / path.name).exists()]
        if not made:
            continue
        whole = shown(file)
        for path in made:
            size = Image.open(path).size
            with tempfile.TemporaryDirectory() as folder:
                small = pathlib.Path(folder) / "small.png"
                (whole if whole.size == size else whole.resize(size, Image.Resampling.LANCZOS)).save(small, compress_level=1)
                scores = []
                for tried in (path, theirs / path.name):
                    as_srgb = pathlib.Path(folder) / "tried.png"
                    shown(tried).save(as_srgb, compress_level=1)
                    scores.append(ssimulacra2.compute_ssimulacra2(str(small), str(as_srgb)))
            share = path.stat().st_size / (theirs / path.name).stat().st_size
            print(f"{path.stem:16} {scores[0]:7.2f} {scores[1]:7.2f} {scores[0] - scores[1]:+6.2f} {share:.4f}", flush=True)


if __name__ == "__main__":
    main()
