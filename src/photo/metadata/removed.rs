//! What is in a file and in nothing that is served of it, in words for its owner.

use serde::{Deserialize, Serialize};

/// Something the original holds that no served file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removed {
    /// Coordinates, or the name of a place.
    Location,
    /// Serial numbers of camera, body or lens, and numbers unique to the picture.
    SerialNumbers,
    /// The name of the camera's owner, or of the computer used.
    OwnerName,
    /// Names of people or the places of their faces.
    People,
    /// The maker's own notes, which nobody else can read in full.
    MakerNotes,
    /// A small copy, which may show what was cropped away.
    Thumbnail,
    /// Camera data.
    Exif,
    Xmp,
    Iptc,
    /// What Photoshop keeps beside the picture.
    PhotoshopData,
    /// Comments and other texts.
    Comments,
    /// A second picture in the same file.
    SecondPicture,
    /// The brightness map of an HDR photo.
    GainMap,
    ContentCredentials,
    /// A depth map, a mask or another picture that helps.
    Auxiliary,
    /// Frames after the first.
    Animation,
    /// Whatever comes behind the end of the picture: a video, a sound, another file.
    Trailer,
    /// The colours are kept; the profile's own texts are not.
    ColourProfile,
    /// Something of an application that we do not know.
    Other,
}

impl Removed {
    /// A noun phrase that can stand in a list after "Removed:".
    pub fn words(self) -> &'static str {
        match self {
            Self::Location => "where it was taken",
            Self::SerialNumbers => "serial numbers",
            Self::OwnerName => "names of the owner and the computer",
            Self::People => "names and faces of people",
            Self::MakerNotes => "the maker's notes",
            Self::Thumbnail => "the thumbnail",
            Self::Exif => "camera data (Exif)",
            Self::Xmp => "descriptions and editing history (XMP)",
            Self::Iptc => "press data (IPTC)",
            Self::PhotoshopData => "Photoshop's data",
            Self::Comments => "comments",
            Self::SecondPicture => "a second picture",
            Self::GainMap => "the HDR brightness map",
            Self::ContentCredentials => "content credentials",
            Self::Auxiliary => "depth maps and masks",
            Self::Animation => "all frames but the first",
            Self::Trailer => "what followed the picture",
            Self::ColourProfile => "the colour profile's texts (the colours are kept)",
            Self::Other => "data of other programs",
        }
    }
}
