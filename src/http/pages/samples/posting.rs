//! Pages on which somebody posts, and looks after what was posted.

use super::{choice, data_sample, moved, nth_picture};
use crate::http::pages::context::{
    Compose, Deliveries, DeliveryLine, DraftPhoto, Files, Frame, PhotoFiles, Reach, ServedFile, Who,
};
use crate::service::views::Moved;

impl Deliveries {
    /// Some arrived, some did not.
    pub fn sample() -> Self {
        let line = |host: &str, what: &str, how: &str, arrived| DeliveryLine {
            host: host.into(),
            what: what.into(),
            when: "2026-01-05T10:00:00.000Z".into(),
            ago: "3 min".into(),
            how: how.into(),
            arrived,
        };
        Self {
            frame: Frame::at("you", "/@layla/9101/deliveries"),
            post_path: "/@layla/9101".into(),
            reached: 1,
            of: 3,
            lines: vec![
                line("mastodon.example", "The post", "arrived", true),
                line("pixelfed.example", "A change", "will be tried again: it answered 503, <h1>Down</h1>", false),
                line("a-very-long-host-name.photography.example", "The post", "given up: no answer", false),
            ],
            older: Some("/@layla/9101/deliveries?before=9".into()),
        }
    }

    /// Nothing is remembered any more.
    pub fn sample_empty() -> Self {
        Self { lines: Vec::new(), reached: 0, of: 0, older: None, ..Self::sample() }
    }
}

impl Files {
    pub fn sample() -> Self {
        let file = |purpose: &str, width, quality| ServedFile {
            purpose: purpose.into(),
            src: format!("/media/sample/3-{width}.jpg"),
            format: "JPEG".into(),
            profile: "Display P3".into(),
            quality,
            width,
            height: width * 2 / 3,
            bytes: width * 400,
        };
        let photo = PhotoFiles {
            id: "3".into(),
            file_name: "DSCF2031 <raw>.jpg".into(),
            format: "JPEG".into(),
            width: 6000,
            height: 4000,
            bytes: 9_490_000,
            colours: "Adobe RGB (1998) <own>".into(),
            original_path: "/@ada/77/files/3".into(),
            removed: vec!["where it was taken".into(), "serial numbers".into()],
            files: vec![file("for other servers", 3526, 85), file("for pages", 960, 80), file("the animation", 480, 0)],
        };
        Self { frame: Frame::at("you", "/@ada/77/files"), post_path: "/@ada/77".into(), photos: vec![photo] }
    }
}

impl Compose {
    /// A draft of five photos, two with alt text.
    pub fn sample() -> Self {
        let photos: Vec<DraftPhoto> = [4, 5, 3, 6, 9]
            .into_iter()
            .zip(1..)
            .map(|(n, number)| {
                let mut picture = nth_picture(n);
                if number > 2 {
                    picture.alt = String::new();
                }
                DraftPhoto {
                    picture,
                    file_name: format!("DSCF20{number} <raw>.jpg"),
                    number,
                    lines: data_sample(),
                    focus_point: if number == 2 { (-0.4, 0.62) } else { (0.0, 0.0) },
                    offered: number == 1,
                }
            })
            .collect();
        Self {
            frame: Frame::at("compose", "/compose/77"),
            action: "/compose/77".into(),
            draft: "77".into(),
            editing: false,
            photos,
            removed: vec!["71".into()],
            caption: "First frost on the lake. I waited forty minutes for the wind to stop. #frost #largeformat".into(),
            warning: String::new(),
            languages: vec![
                choice("en", "English", "", true),
                choice("nb", "Norsk bokmål", "", false),
                choice("ar", "العربية", "", false),
            ],
            place_name: "Bergen".into(),
            country: "Norway".into(),
            categories: vec![choice("Landscapes", "Landscapes", "", true)],
            visibilities: vec![
                choice("public", "Public", "Everyone, and it appears in Explore.", true),
                choice("quiet", "Quiet public", "Everyone who finds it; it stays out of Explore.", false),
                choice(
                    "followers",
                    "Followers",
                    "Only your followers will see this. Mastodon servers get a copy.",
                    false,
                ),
                choice("mentioned", "Mentioned people", "Only people you mention in the caption.", false),
            ],
            errors: vec!["harbour.pdf is a PDF document; photos can be JPEG, PNG, WebP or GIF.".into()],
            max_photos: 20,
            max_caption: 5000,
            max_alt: 2000,
            max_bytes: 20_971_520,
            with_alt: 2,
        }
    }

    /// Before the first photo.
    pub fn sample_empty() -> Self {
        Self {
            frame: Frame::at("compose", "/compose"),
            action: "/compose".into(),
            draft: String::new(),
            photos: vec![],
            caption: String::new(),
            errors: vec![],
            with_alt: 0,
            ..Self::sample()
        }
    }

    /// A post that is out already.
    pub fn sample_editing() -> Self {
        let mut editing = Self::sample();
        editing.frame.path = "/@layla/9101/edit".into();
        editing.action = "/@layla/9101/edit".into();
        editing.editing = true;
        editing.errors = vec![];
        editing.photos.truncate(1);
        editing.with_alt = 1;
        editing
    }
}

impl Reach {
    fn sample_with(moved_to: Option<Moved>, errors: Vec<String>) -> Self {
        let choices = |chosen: &str| {
            let choice = |(value, label): &(&str, &str)| Who {
                value: (*value).into(),
                label: (*label).into(),
                chosen: *value == chosen,
            };
            crate::service::policy::CHOICES.iter().map(choice).collect()
        };
        Self {
            frame: Frame::at("you", "/settings/reach"),
            replies: choices("everyone"),
            quotes: choices("followers"),
            aliases: "@layla@pixels.example".into(),
            sites: "layla.example".into(),
            tags: "#fog #harbour".into(),
            says_blocks: true,
            moved_to,
            target: "@layla@nowhere".into(),
            errors,
        }
    }

    /// With a refused move.
    pub fn sample() -> Self {
        Self::sample_with(None, vec!["@layla@nowhere was not found.".into()])
    }

    /// After moving.
    pub fn sample_moved() -> Self {
        Self::sample_with(Some(moved()), Vec::new())
    }
}
