//! A contact sheet: each photo as a browser shows the file itself, beside everything that is made of it.
//!
//!     cargo run --release -p cyanotype-photo --example contact-sheet -- FILE_OR_FOLDER... > sheet.html
//!
//! The page holds everything it shows, and wants a browser that manages colour.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cyanotype_photo::{Derived, Format, Limits, Rendition, probe, process};

/// Width of the cut that is shown pixel for pixel, of a picture this wide.
const CUT_OF: u32 = 960;

const HEAD: &str = r#"<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>
body { margin: 24px; background: #777; color: #000; font: 13px/18px system-ui, sans-serif }
section { margin-bottom: 28px; border-top: 1px solid #000; padding-top: 8px }
h2 { font-size: 15px; margin: 0 0 2px } p { margin: 0 0 6px } .no { color: #600 }
.row { display: flex; flex-wrap: wrap; gap: 12px; align-items: start }
figure { margin: 0 } figcaption { max-width: 300px }
.frame { height: 200px; width: fit-content; min-width: 60px; background: repeating-conic-gradient(#999 0 25%, #bbb 0 50%) 0 0 / 20px 20px }
.frame img { display: block; height: 100% }
.cut { width: 240px; height: 200px; background-position: center; background-repeat: no-repeat }
</style>"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for argument in std::env::args_os().skip(1).map(PathBuf::from) {
        match argument.is_dir() {
            true => files.extend(fs::read_dir(&argument)?.collect::<Result<Vec<_>, _>>()?.iter().map(|e| e.path())),
            false => files.push(argument),
        }
    }
    files.sort();
    let mut out = std::io::stdout().lock();
    out.write_all(HEAD.as_bytes())?;
    for file in files.iter().filter(|file| !matches!(file.extension().and_then(|e| e.to_str()), Some("md" | "py"))) {
        out.write_all(section(file)?.as_bytes())?;
    }
    Ok(())
}

/// One photo.
fn section(file: &Path) -> Result<String, Box<dyn Error>> {
    let input = fs::read(file)?;
    let name = escaped(&file.file_name().unwrap_or_default().to_string_lossy());
    let limits = Limits::default();
    let (derived, probed) = match (process(&input, &limits), probe(&input, &limits)) {
        (Ok(derived), Ok(probed)) => (derived, probed),
        (Err(error), _) | (_, Err(error)) => {
            return Ok(format!("<section><h2>{name}</h2><p class=\"no\">Refused: it {error}.</p></section>\n"));
        }
    };
    let original = data(derived.format.mime(), &input);
    let mut html = format!("<section><h2>{name}</h2><p>{}</p><div class=\"row\">", escaped(&about(&derived)));
    let colours = escaped(derived.metadata.colours.as_deref().unwrap_or("no profile"));
    let (format, bytes) = (derived.format.name(), input.len());
    let unseen = if derived.format == Format::Heic { " (browsers show none)" } else { "" };
    let said = format!(
        "The file itself: {format}, {} × {}, stored {} × {} in orientation {}, {bytes} bytes, {colours}{unseen}",
        derived.width,
        derived.height,
        probed.width,
        probed.height,
        probed.orientation.exif()
    );
    figure(&mut html, &format!("<div class=\"frame\"><img src=\"{original}\" alt=\"\"></div>"), &said)?;
    for rendition in &derived.renditions {
        let picture = data("image/jpeg", &rendition.bytes);
        figure(&mut html, &format!("<div class=\"frame\"><img src=\"{picture}\" alt=\"\"></div>"), &of(rendition))?;
    }
    cuts(&mut html, &original, &derived)?;
    let placeholder = data("image/bmp", &bitmap(&blurhash::decode(&derived.blurhash, 32, 32, 1.0)?, 32));
    let [r, g, b] = derived.average;
    let wide = 200 * derived.width / derived.height;
    let shown =
        format!("<div class=\"frame\"><img src=\"{placeholder}\" width=\"{wide}\" height=\"200\" alt=\"\"></div>");
    figure(&mut html, &shown, &format!("Placeholder {}", escaped(&derived.blurhash)))?;
    let swatch = format!("<div class=\"cut\" style=\"width:60px;background:rgb({r} {g} {b})\"></div>");
    figure(&mut html, &swatch, &format!("Average #{r:02x}{g:02x}{b:02x}"))?;
    html.push_str("</div></section>\n");
    Ok(html)
}

/// The middle pixel for pixel, of the file as the browser scales it and of ours: shows what is sharp.
fn cuts(html: &mut String, original: &str, derived: &Derived) -> std::fmt::Result {
    let Some(rendition) = derived.renditions.iter().find(|r| r.width.max(r.height) == CUT_OF) else { return Ok(()) };
    let cut = |picture: &str| {
        let (width, height) = (rendition.width, rendition.height);
        format!(
            "<div class=\"cut\" style=\"background-image:url({picture});background-size:{width}px {height}px\"></div>"
        )
    };
    figure(html, &cut(original), "The file's middle, scaled by the browser")?;
    figure(html, &cut(&data("image/jpeg", &rendition.bytes)), "Ours, pixel for pixel")
}

fn figure(html: &mut String, shown: &str, said: &str) -> std::fmt::Result {
    write!(html, "<figure>{shown}<figcaption>{said}</figcaption></figure>")
}

fn of(rendition: &Rendition) -> String {
    let Rendition { role, width, height, quality, gamut, bytes } = rendition;
    format!("{role}: {width} × {height}, {} bytes, quality {quality}, {gamut:?}", bytes.len())
}

/// What the file said and lost.
fn about(derived: &Derived) -> String {
    let removed = derived.removed.iter().map(|what| what.words().to_owned()).collect();
    let m = &derived.metadata;
    let told = [m.camera(), m.lens.clone(), m.aperture.clone(), m.exposure.clone(), m.taken.clone(), m.title.clone()];
    let told: Vec<String> = told.into_iter().flatten().collect();
    let line = |what: &str, list: Vec<String>| {
        if list.is_empty() { String::new() } else { format!("{what}: {}. ", list.join(", ")) }
    };
    line("Said", told) + &line("Removed", removed)
}

fn data(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A Windows bitmap of RGBA pixels, `side` wide and high.
fn bitmap(rgba: &[u8], side: u32) -> Vec<u8> {
    let mut file = b"BM".to_vec();
    let header = [54 + side * side * 4, 0, 54, 40, side, side.wrapping_neg(), 1 | 32 << 16, 0, 0, 0, 0, 0, 0];
    file.extend(header.iter().flat_map(|word| word.to_le_bytes()));
    file.extend(rgba.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0], 255]));
    file
}
