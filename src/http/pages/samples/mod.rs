//! A filled context for every page, so that a test can render each template.
//!
//! They hold what breaks pages: long names, names from right to left, emoji, no avatar, no alt
//! text, text that looks like HTML, panoramas and narrow portraits, photos not fetched yet.

mod entering;
mod looking;
mod people;
mod posting;

use super::context::{Choice, DataChoice, Frame};
use crate::activitypub::html::{name_with_emoji, sanitize};
use crate::activitypub::{SanitizedHtml, Visibility};
use crate::service::views::{
    DataLine, Field, Moved, OtherFile, Page, Person, Picture, Poll, PollOption, Post, Profile, Relation, Size, TagLink,
};

fn html(markup: &str) -> SanitizedHtml {
    sanitize(markup)
}

/// Plain text as HTML.
fn text(name: &str) -> SanitizedHtml {
    name_with_emoji(name, |_| None)
}

fn person(id: &str, name: &str, acct: &str) -> Person {
    let local = !acct.contains('@');
    Person {
        id: id.into(),
        name: name.into(),
        shown: text(name),
        acct: acct.into(),
        handle: if local { format!("@{acct}@photos.example") } else { format!("@{acct}") },
        path: format!("/@{acct}"),
        avatar: format!("/media/sample/avatar-{id}.jpg"),
        initial: name.chars().next().map(String::from).unwrap_or_default(),
        local,
        locked: false,
    }
}

fn ada() -> Person {
    person("1", "Ada Mørk", "ada")
}

fn jun() -> Person {
    person("2", "Jun Tanaka", "jun@mastodon.example")
}

fn layla() -> Person {
    person("3", "ليلى حداد", "layla")
}

fn long() -> Person {
    Person {
        avatar: String::new(),
        locked: true,
        ..person(
            "4",
            "Wolfeschlegelsteinhausenbergerdorff-Österreichischer 🌊🎞️ of the Long Exposure Society",
            "wolfeschlegelsteinhausenbergerdorff@a-very-long-host-name.photography.example",
        )
    }
}

fn mallory() -> Person {
    Person { avatar: String::new(), ..person("5", "<b>Mallory</b> & \"Sons\"", "mallory") }
}

fn everyone() -> [Person; 5] {
    [ada(), jun(), layla(), long(), mallory()]
}

fn other_file(end: &str) -> OtherFile {
    OtherFile { src: format!("/media/sample/other.{end}"), width: 6000, height: 4000, bytes: 9_490_000 }
}

fn picture(id: i64, width: i64, height: i64, color: &str, alt: &str) -> Picture {
    let path = |role: &str| format!("/media/sample/{id}-{role}.jpg");
    let size = |role: &str, wide: i64| Size {
        role: role.into(),
        src: path(role),
        width: wide,
        height: wide * height / width.max(1),
    };
    let sizes = vec![size("2560", width), size("1600", 1600), size("960", 960), size("480", 480)];
    Picture {
        id: id.to_string(),
        width,
        height,
        alt: alt.into(),
        blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj".into(),
        color: color.into(),
        focus: (50, 40),
        src: path("960"),
        thumb: path("480"),
        large: path("2560"),
        srcset: sizes.iter().map(|s| format!("{} {}w", s.src, s.width)).collect::<Vec<_>>().join(", "),
        sizes,
        data: vec![DataLine { label: "Camera".into(), value: "Nikon <D850>".into() }],
        animation: (id == 102).then(|| other_file("gif")),
        original: (id % 2 == 0).then(|| other_file("jpg")),
        ready: true,
        lost: false,
    }
}

/// Sizes, colours and alt texts of the sample pictures, in the order of their ids from 101.
const PICTURES: [(i64, i64, &str, &str); 14] = [
    (2048, 2560, "#8a3410", "Orange petals unfold close to the lens; the light comes through them from behind."),
    (
        2560,
        1600,
        "#8fa0b4",
        "A drop has just hit still water: a small crown stands in the middle, ripples run outwards.",
    ),
    (2560, 1600, "#4a3a10", "A yellow flower, half of it out of the picture, before black."),
    (1600, 2000, "#3b2a7a", ""),
    (2560, 1600, "#93865a", "Dry grass on a dune bends to the left, the sea behind it a flat blue band."),
    (1600, 2400, "#c9c8a8", "Close view of wet planks, frost along the grain."),
    (1600, 2400, "#46536b", "A road barrier under a low storm sky, seen from a moving car."),
    (
        2560,
        1600,
        "#7d5a2a",
        "Two dandelion seeds lean on each other.\n\n<script>alert(\"not a script\")</script> & more.",
    ),
    (2560, 1829, "#7f9a5a", "A ladybird walks along a green stem between forget-me-nots."),
    (2560, 1829, "#0c0e2c", ""),
    (2560, 1829, "#8a5a22", "Marigolds, the front one sharp, the others only colour."),
    (1400, 2100, "#5a7ab0", "Blue and yellow paper, cut in curves and lit from the side."),
    (3840, 960, "#6b5478", "A panorama of a bay at night, eleven kilometres of lights between two dark hills."),
    (1080, 1080, "#7a7a7a", "قارب صغير عند الفجر"),
];

fn nth_picture(n: usize) -> Picture {
    let at = n % PICTURES.len();
    let (width, height, color, alt) = PICTURES.get(at).copied().unwrap_or((1, 1, "#777777", ""));
    let id = 101 + i64::try_from(at).unwrap_or_default();
    picture(id, width, height, color, alt)
}

/// A post by `author` with `count` photos, starting at the `first` sample picture.
fn post(id: &str, author: Person, caption: &str, first: usize, count: usize) -> Post {
    Post {
        id: id.into(),
        path: format!("{}/{id}", author.path),
        author,
        caption: html(caption),
        caption_text: caption.replace("<p>", "").replace("</p>", " ").trim().to_owned(),
        warning: String::new(),
        sensitive: false,
        language: "en".into(),
        visibility: Visibility::Public,
        visibility_label: "Public".into(),
        published: "2026-11-12T08:30:00.000Z".into(),
        published_day: "12 November 2026".into(),
        published_ago: "2 h".into(),
        edited: false,
        photos: (first..first + count).map(nth_picture).collect(),
        place: if first.is_multiple_of(2) { "Bergen, Norway".into() } else { String::new() },
        category: first
            .is_multiple_of(3)
            .then(|| TagLink { name: "Landscapes".into(), path: "/tags/landscapes".into() }),
        likes: 48,
        boosts: 12,
        replies: 3,
        liked: false,
        boosted: false,
        can_boost: true,
        can_like: true,
        can_reply: true,
        closed: false,
        pinned: false,
        own: false,
        answers: None,
        fold: String::new(),
        boosted_by: None,
        remote_url: None,
        poll: None,
    }
}

/// Four answers, or as many as somebody chose.
fn poll(voted: bool, over: bool) -> Poll {
    let option = |at: i64, title: &str, votes: Option<i64>| PollOption {
        title: title.into(),
        shown: text(title),
        votes,
        share: votes.map(|votes| votes * 100 / 12),
        chosen: voted && at == 1,
    };
    Poll {
        options: vec![
            option(0, "Dawn", Some(7)),
            option(1, "Dusk <b>", Some(5)),
            option(2, "Neither, for I sleep late and go home early, whatever the weather and the light", Some(0)),
            option(3, "مساء", None),
        ],
        multiple: !over,
        over,
        ends_at: Some(1_800_000_000_000),
        ends: "2027-01-15T08:00:00.000Z".into(),
        ends_day: "15 January 2027".into(),
        votes: 12,
        voters: Some(12),
        voted,
        emojis: vec![],
    }
}

const FROST: &str = "<p>First frost on the lake. I waited forty minutes for the wind to stop, and then it did, \
for one plate.</p><p><a href=\"/tags/frost\" rel=\"tag\">#frost</a> <a href=\"/tags/largeformat\" rel=\"tag\">#largeformat</a> \
<a href=\"/tags/bergen\" rel=\"tag\">#bergen</a></p>";

fn photos() -> Vec<Post> {
    let people = everyone();
    let counts = [1, 7, 1, 1, 4, 1, 1, 7, 1, 1, 4, 1, 1, 1, 1, 2, 1, 1, 1, 1];
    let mut posts: Vec<Post> = people
        .iter()
        .cycle()
        .zip(counts)
        .enumerate()
        .map(|(n, (author, count))| post(&(9000 + n).to_string(), author.clone(), FROST, n, count))
        .collect();
    if let Some(covered) = posts.get_mut(6) {
        covered.sensitive = true;
        covered.warning = "A spider, very near".into();
    }
    if let Some(waiting) = posts.get_mut(13).and_then(|p| p.photos.first_mut()) {
        waiting.ready = false;
        waiting.srcset = String::new();
        waiting.src = String::new();
    }
    posts
}

fn text_reply(id: &str, author: Person, text: &str) -> Post {
    Post { likes: 1, replies: 0, boosts: 0, ..post(id, author, text, 0, 0) }
}

fn page<T>(items: Vec<T>) -> Page<T> {
    Page { items, older: Some("/explore?before=8980".into()), newest: None }
}

fn relation() -> Relation {
    Relation { followed_by: true, ..Relation::default() }
}

fn profile(person: Person) -> Profile {
    Profile {
        person,
        bio: html(
            "<p>Large format and slow walks. Bergen. Prints on request. <a href=\"/tags/bigcamera\">#bigcamera</a></p>",
        ),
        bio_text: "Large format and slow walks. Bergen. Prints on request. #bigcamera".into(),
        header: None,
        pronouns: "she/her".into(),
        fields: vec![
            Field {
                name: "Portfolio".into(),
                value: html("<a href=\"https://moerk.example\" rel=\"me nofollow noopener\">moerk.example</a>"),
                verified: "12 November 2026".into(),
            },
            Field { name: "Camera".into(), value: html("Chamonix 045F-2"), verified: String::new() },
        ],
        posts: 214,
        followers: 1902,
        following: 311,
        server: "mastodon.example".into(),
        counted_there: false,
        remote_url: None,
        moved_to: Some(moved()),
        tags: vec![TagLink { name: "fog".into(), path: "/tags/fog".into() }],
        relation: relation(),
    }
}

fn moved() -> Moved {
    Moved { name: "@ada@harbour.example".into(), path: "/@ada@harbour.example".into() }
}

impl Frame {
    /// Somebody is signed in.
    pub fn sample() -> Self {
        Self {
            server_name: "photos.example".into(),
            nonce: "c2FtcGxl".into(),
            viewer: Some(layla()),
            unread: 3,
            messages: 2,
            requests: 1,
            reports: 4,
            owner: true,
            here: "explore".into(),
            open: true,
            not_federating: false,
            notice: String::new(),
            origin: "https://photos.example".into(),
            path: "/explore".into(),
            assets: "1".into(),
        }
    }

    /// A visitor.
    pub fn sample_visitor() -> Self {
        Self { viewer: None, unread: 0, messages: 0, requests: 0, reports: 0, owner: false, ..Self::sample() }
    }

    fn at(here: &str, path: &str) -> Self {
        Self { here: here.into(), path: path.into(), ..Self::sample() }
    }
}

fn choice(value: &str, label: &str, hint: &str, chosen: bool) -> Choice {
    Choice { value: value.into(), label: label.into(), hint: hint.into(), chosen }
}

fn data_sample() -> Vec<DataChoice> {
    let lines = [("camera", "Camera", "Nikon <D850>", true), ("aperture", "Aperture", "f/2.8", false)];
    let choice = |(key, label, value, shown): (&str, &str, &str, bool)| DataChoice {
        key: key.into(),
        label: label.into(),
        value: value.into(),
        shown,
    };
    lines.into_iter().map(choice).collect()
}
