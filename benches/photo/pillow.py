"""The pipeline's work done by Pillow: a draft at the scale that suits, each size from the next larger."""

import io
import pathlib

from PIL import Image, ImageCms, ImageOps

from sizes import sizes
from vips import main

Image.MAX_IMAGE_PIXELS = None
try:
    import pillow_heif

    pillow_heif.register_heif_opener()
except ImportError:
    pass


def derive(file, folder):
    image = Image.open(file)
    wanted = sizes(*image.size)
    profile = image.info.get("icc_profile")
    image.draft("RGB", wanted[0][1])
    image = ImageOps.exif_transpose(image.convert("RGB"))
    made = []
    for name, size, quality in wanted:
        if image.size != size:
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if profile:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image, profile = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")), None
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=2)
        made.append((name, *size, out.getvalue()))
    if folder != "-":
        for name, _, _, data in made:
            (pathlib.Path(folder) / f"{pathlib.Path(file).stem}-{name}.jpg").write_bytes(data)
    return made


if __name__ == "__main__":
    main(derive)
