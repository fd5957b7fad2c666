//! Why a photo was refused, said so that it makes sense after the name of the file.

/// The formats built in.
const TAKEN: &str = match (cfg!(feature = "heic"), cfg!(feature = "avif")) {
    (true, true) => "JPEG, PNG, WebP, GIF, HEIC and AVIF",
    (true, false) => "JPEG, PNG, WebP, GIF and HEIC",
    (false, true) => "JPEG, PNG, WebP, GIF and AVIF",
    (false, false) => "JPEG, PNG, WebP and GIF",
};

/// A refusal. Its text is a sentence without a subject: put the name of the file in front of it.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error("is empty")]
    Empty,
    #[error("is {}; the limit is {}", mega(*size as u64, "MB"), mega(*limit as u64, "MB"))]
    TooManyBytes { size: usize, limit: usize },
    /// Something else than a photo we take; holds its name with an article.
    #[error("is {0}; Cyanotype takes {TAKEN}")]
    NotTaken(&'static str),
    /// A photo format we take, in a variety we do not.
    #[error("is a JPEG of a rare kind ({0}) that Cyanotype cannot read; save it again as an ordinary JPEG")]
    RareKind(&'static str),
    /// The same of another format.
    #[error("is a {format} photo of a rare kind ({kind}) that Cyanotype cannot read; save it again as a JPEG")]
    RareVariety { format: &'static str, kind: &'static str },
    #[error(
        "is {width} × {height} pixels ({}); the limit is {}",
        mega(u64::from(*width) * u64::from(*height), "megapixels"),
        mega(*limit, "megapixels")
    )]
    TooManyPixels { width: u32, height: u32, limit: u64 },
    #[error("is {0}, of which no small picture is made; use a PNG, GIF, WebP or JPEG")]
    NoEmblem(&'static str),
    #[error("is {width} × {height} pixels; no side may be longer than {limit}")]
    TooLong { width: u32, height: u32, limit: u32 },
    #[error("is {width} × {height} pixels; the long side may be at most {limit} times the short one")]
    TooNarrow { width: u32, height: u32, limit: u32 },
    #[error("is coded in {scans} passes, which would take too long to read; save it again as an ordinary JPEG")]
    TooMuchWork { scans: u32 },
    #[error("would need {} of memory to read; the limit is {}", mega(*needed, "MB"), mega(*limit, "MB"))]
    TooMuchMemory { needed: u64, limit: u64 },
    #[error(
        "is an animation of {frames} frames of {width} × {height} pixels, which is too much to show; make it shorter or smaller"
    )]
    TooManyFrames { frames: u32, width: u32, height: u32 },
    #[error("could not be read: the file is damaged or cut short")]
    Damaged(#[source] Cause),
    /// The photo was read; making our own files of it failed. Not the sender's fault.
    #[error("could not be prepared; the fault is on this server's side")]
    Broken(#[source] Cause),
}

/// What lies under a [`PhotoError`]: for logs, not for people.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    #[error("header: {0}")]
    Header(&'static str),
    #[error("JPEG")]
    Fault(#[from] crate::jpeg::Fault),
    #[error("image decoder")]
    Image(#[from] image::ImageError),
    #[error("resize")]
    Resize(#[from] fast_image_resize::ResizeError),
    #[error("pixel buffer")]
    Buffer(#[from] fast_image_resize::ImageBufferError),
    #[error("colour transform: {0}")]
    Colour(#[from] moxcms::CmsError),
    #[error("HEVC or AV1 decoder: {0}")]
    Codec(String),
    #[error("blurhash")]
    Blurhash(#[from] blurhash::Error),
}

impl From<crate::jpeg::Fault> for PhotoError {
    fn from(fault: crate::jpeg::Fault) -> Self {
        Self::unreadable(fault)
    }
}

impl PhotoError {
    pub(super) fn damaged(what: &'static str) -> Self {
        Self::Damaged(Cause::Header(what))
    }

    /// For `map_err` where a decoder speaks of the sender's bytes.
    pub(super) fn unreadable(cause: impl Into<Cause>) -> Self {
        Self::Damaged(cause.into())
    }

    /// For `map_err` where we work on pixels that are already sound.
    pub(super) fn broken(cause: impl Into<Cause>) -> Self {
        Self::Broken(cause.into())
    }
}

/// "52 MB", "40.1 megapixels": rounded up, so that what is over a limit never reads as equal to it.
fn mega(amount: u64, unit: &str) -> String {
    let tenths = amount.div_ceil(100_000);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}
