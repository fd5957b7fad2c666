//! XMP packets (ISO 16684-1): the few properties worth knowing. A document type is refused, so no entity
//! is ever expanded (R077).

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node, ParsingOptions};

use super::readable::{self, Moment};
use super::text::{link, plain, with_maker};
use super::{Metadata, Removed, Said, exif};
use crate::limits::{MAX_ALT_CHARS, MAX_CAPTION_CHARS, MAX_KEYWORDS, MAX_NAME_CHARS, MAX_XMP, MAX_XMP_NODES};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const CC: &str = "http://creativecommons.org/ns#";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const EXIF_EX: &str = "http://cipa.jp/exif/1.0/";
const AUX: &str = "http://ns.adobe.com/exif/1.0/aux/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const GAIN_MAP: &str = "http://ns.adobe.com/hdr-gain-map/1.0/";
const REGIONS: &str = "http://www.metadataworkinggroup.com/schemas/regions/";
/// Written with and without the slash at its end.
const ANALOG: &str = "http://analogexif.sourceforge.net/ns";

#[derive(Debug, Default)]
pub(super) struct Found {
    pub said: Said,
    pub alt_text: Option<String>,
    pub long_description: Option<String>,
    pub licence: Option<String>,
    pub source_type: Option<String>,
    /// Only what a camera knows.
    pub camera: Metadata,
    pub film: Option<String>,
    pub chemistry: Option<String>,
    pub scanner: Option<String>,
    pub gps: bool,
    pub removed: BTreeSet<Removed>,
}

/// Reads a packet; one that is no XMP, too long or too deep says nothing.
pub(super) fn read(packet: &[u8]) -> Found {
    let text = packet.get(..packet.len().min(MAX_XMP + 1)).and_then(|start| std::str::from_utf8(start).ok());
    let Some(text) = text.filter(|text| text.len() <= MAX_XMP) else { return Found::default() };
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_XMP_NODES, ..Default::default() };
    let Ok(document) = Document::parse_with_options(text.trim_end_matches('\0'), options) else {
        return Found::default();
    };
    Properties::of(&document).found()
}

/// A value and its language.
type Item<'a> = (Option<&'a str>, &'a str);

/// The properties of the picture itself, not of things inside it, by namespace and name.
struct Properties<'a>(BTreeMap<(&'a str, &'a str), Vec<Item<'a>>>);

impl<'a> Properties<'a> {
    fn of(document: &'a Document<'_>) -> Self {
        let mut all = BTreeMap::new();
        let own = |node: &Node<'a, '_>| {
            node.has_tag_name((RDF, "Description")) && node.parent().is_some_and(|up| up.has_tag_name((RDF, "RDF")))
        };
        for description in document.descendants().filter(own) {
            for attribute in description.attributes() {
                if let Some(space) = attribute.namespace() {
                    all.entry((space, attribute.name())).or_insert_with(|| vec![(None, attribute.value())]);
                }
            }
            for property in description.children() {
                if let Some(space) = property.tag_name().namespace() {
                    all.entry((space, property.tag_name().name())).or_insert_with(|| items(property));
                }
            }
        }
        Self(all)
    }

    fn all(&self, space: &'a str, name: &'a str) -> &[Item<'a>] {
        self.0.get(&(space, name)).map(Vec::as_slice).unwrap_or_default()
    }

    /// In the default language, else the first.
    fn one(&self, space: &'a str, name: &'a str, most: usize) -> Option<String> {
        let items = self.all(space, name);
        let default = items.iter().find(|(language, _)| *language == Some("x-default"));
        plain(default.or(items.first())?.1, most)
    }

    fn name(&self, space: &'a str, name: &'a str) -> Option<String> {
        self.one(space, name, MAX_NAME_CHARS)
    }

    fn film(&self, name: &'a str) -> Option<String> {
        self.name("http://analogexif.sourceforge.net/ns/", name).or_else(|| self.name(ANALOG, name))
    }

    fn made(&self, maker: &'a str, name: &'a str) -> Option<String> {
        match (self.film(maker), self.film(name)) {
            (Some(maker), Some(name)) => Some(with_maker(&maker, &name)),
            (maker, name) => name.or(maker),
        }
    }

    fn has(&self, space: &'a str, name: &'a str) -> bool {
        self.0.contains_key(&(space, name))
    }

    fn found(&self) -> Found {
        let licence = [(CC, "license"), (RIGHTS, "WebStatement"), (RIGHTS, "UsageTerms")];
        let creators: Vec<_> = self.all(DC, "creator").iter().map(|&(_, name)| name).collect();
        let chemistry: Vec<_> =
            [self.made("DeveloperMaker", "Developer"), self.film("DeveloperDilution"), self.film("DevelopProcess")]
                .into_iter()
                .flatten()
                .collect();
        Found {
            said: Said {
                title: self.name(DC, "title").or_else(|| self.name(PHOTOSHOP, "Headline")),
                description: self.one(DC, "description", MAX_CAPTION_CHARS).filter(|text| !exif::is_default(text)),
                keywords: self.all(DC, "subject").iter().take(MAX_KEYWORDS).map(|&(_, word)| word.to_owned()).collect(),
                creator: plain(&creators.join(", "), MAX_NAME_CHARS),
                copyright: self.name(DC, "rights"),
            },
            alt_text: self.one(IPTC_CORE, "AltTextAccessibility", MAX_ALT_CHARS),
            long_description: self.one(IPTC_CORE, "ExtDescrAccessibility", MAX_CAPTION_CHARS),
            licence: licence.iter().filter_map(|&(space, name)| self.name(space, name)).find_map(|text| link(&text)),
            source_type: self.name(IPTC_EXT, "DigitalSourceType").and_then(|term| {
                plain(term.rsplit('/').next()?, 60).filter(|word| word.chars().all(|c| c.is_ascii_alphanumeric()))
            }),
            camera: self.camera(),
            film: self.made("FilmMaker", "Film"),
            chemistry: plain(&chemistry.join(", "), MAX_NAME_CHARS),
            scanner: self.made("ScannerMaker", "Scanner"),
            gps: self.has(EXIF, "GPSLatitude"),
            removed: self.removed(),
        }
    }

    /// What Exif says too, in the words XMP has for it (ISO 16684-2; CIPA DC-010).
    fn camera(&self) -> Metadata {
        let number = |name| self.name(EXIF, name).as_deref().and_then(fraction);
        let whole = |space, name| self.name(space, name).and_then(|text| text.parse().ok());
        let lens = self.name(EXIF_EX, "LensModel").or_else(|| self.name(AUX, "Lens"));
        let aperture = || number("ApertureValue").map(readable::aperture_of_apex);
        let seconds = || number("ShutterSpeedValue").map(readable::seconds_of_apex);
        let sensitivity = || whole(EXIF, "ISOSpeedRatings").or_else(|| whole(EXIF_EX, "PhotographicSensitivity"));
        let (taken, taken_offset) = self.taken();
        Metadata {
            make: self.name(TIFF, "Make"),
            model: self.name(TIFF, "Model"),
            lens_make: self.name(EXIF_EX, "LensMake").filter(|name| readable::is_told(name)),
            lens: lens.filter(|name| readable::is_told(name)),
            focal_length: number("FocalLength").and_then(readable::focal_length),
            focal_length_35mm: whole(EXIF, "FocalLengthIn35mmFilm").and_then(readable::focal_length_35mm),
            aperture: number("FNumber").or_else(aperture).and_then(readable::aperture),
            exposure: number("ExposureTime").or_else(seconds).and_then(readable::exposure),
            exposure_bias: number("ExposureBiasValue").and_then(readable::exposure_bias),
            iso: sensitivity().and_then(readable::iso),
            taken,
            taken_offset,
            ..Metadata::default()
        }
    }

    /// The first of the dates of the picture that tells a time; when it was scanned is none of them.
    fn taken(&self) -> Moment {
        let dates = [(EXIF, "DateTimeOriginal"), (PHOTOSHOP, "DateCreated")];
        let found = dates.into_iter().filter_map(|(space, name)| self.name(space, name)).map(|text| moment(&text));
        found.into_iter().find(|(taken, _)| taken.is_some()).unwrap_or_default()
    }

    fn removed(&self) -> BTreeSet<Removed> {
        let known = |&(space, name): &(&str, &str)| match (space, name) {
            (EXIF, name) if name.starts_with("GPS") => Some(Removed::Location),
            (PHOTOSHOP, "City" | "State" | "Country") => Some(Removed::Location),
            (IPTC_CORE, "Location" | "CountryCode") => Some(Removed::Location),
            (IPTC_EXT, "LocationShown" | "LocationCreated") => Some(Removed::Location),
            (IPTC_EXT, "PersonInImage" | "PersonInImageWDetails") | (REGIONS, "Regions") => Some(Removed::People),
            ("http://ns.microsoft.com/photo/1.2/", "RegionInfo") => Some(Removed::People),
            (AUX, "SerialNumber" | "LensSerialNumber") => Some(Removed::SerialNumbers),
            (AUX, "OwnerName") => Some(Removed::OwnerName),
            (GAIN_MAP, _) => Some(Removed::GainMap),
            _ => None,
        };
        self.0.keys().filter_map(known).collect()
    }
}

/// "28/10" or "2.8".
fn fraction(text: &str) -> Option<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match text.split_once('/') {
        Some((over, under)) => Some(number(over)? / number(under).filter(|under| *under != 0.0)?),
        None => number(text),
    }
}

/// "2026-07-04T18:22:03.25+02:00": seconds, their parts and the zone may be missing.
fn moment(text: &str) -> Moment {
    let (day, rest) = text.trim().split_once('T').unwrap_or_default();
    let end = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    let whole = time.split('.').next().unwrap_or_default();
    let seconds = if whole.len() == 5 { ":00" } else { "" };
    readable::moment(&format!("{day}T{whole}{seconds}"), if zone == "Z" { "+00:00" } else { zone })
}

/// The values of a property: of its list, its text, or the address it points to.
fn items<'a>(property: Node<'a, '_>) -> Vec<Item<'a>> {
    let list: Vec<_> = property
        .descendants()
        .filter(|node| node.has_tag_name((RDF, "li")))
        .filter_map(|node| Some((node.attribute((XML, "lang")), node.text()?)))
        .take(MAX_KEYWORDS)
        .collect();
    if !list.is_empty() {
        return list;
    }
    let text = property.text().filter(|text| !text.trim().is_empty());
    text.or_else(|| property.attribute((RDF, "resource"))).map(|text| vec![(None, text)]).unwrap_or_default()
}
