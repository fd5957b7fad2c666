//! A filled context for every page, so that a test can render each template.
//!
//! They hold what breaks pages: long names, names from right to left, emoji, no avatar, no alt
//! text, text that looks like HTML, panoramas and narrow portraits, photos not fetched yet.

use super::context::{
    About, AppLine, Authorize, Choice, Code, Compose, Confirm, ConversationLine, Conversations, DataChoice, Deliveries,
    DeliveryLine, DraftPhoto, Elsewhere, ErrorPage, Explore, FieldInput, Files, Frame, Home, Join, Leave, MutePage,
    MutedPerson, Notifications, People, PhotoFiles, PostPage, ProfilePage, Reach, ReachLine, ReportLine, ReportPage,
    Reports, Requests, Reset, Search, ServedFile, SessionLine, Settings, SignIn, Tag, Who,
};
use crate::activitypub::html::{name_with_emoji, sanitize};
use crate::activitypub::{SanitizedHtml, Visibility};
use crate::service::views::{
    Answered, DataLine, Field, Moved, Notification, OtherFile, Page, Person, Picture, Poll, PollOption, Post, Profile,
    Quoting, Relation, Reply, Size, TagLink,
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

impl Explore {
    /// Twenty posts, every shape of photo.
    pub fn sample() -> Self {
        Self {
            frame: Frame::sample_visitor(),
            posts: page(photos()),
            intro: Some("Photographs by people in and around Bergen. No adverts, no counting of eyes.".into()),
        }
    }

    /// Nothing posted yet.
    pub fn sample_empty() -> Self {
        Self { frame: Frame::sample(), posts: Page { items: vec![], older: None, newest: None }, intro: None }
    }
}

impl Tag {
    /// A tag with a name from right to left.
    pub fn sample() -> Self {
        Self { frame: Frame::at("", "/tags/ضوء"), name: "ضوء".into(), posts: page(photos()) }
    }
}

impl Home {
    /// A burst, an album, a covered post, a boost and a reply.
    pub fn sample() -> Self {
        let mut posts = vec![
            Post { liked: true, ..post("9100", ada(), FROST, 4, 1) },
            post("9101", ada(), "<p>And the same, an hour later.</p>", 8, 1),
            post("9102", jun(), "<p>Seven from the flower market. I could not choose.</p>", 1, 7),
            Post {
                boosted_by: Some(ada()),
                boosted: true,
                ..post("9103", layla(), "<p>ضوء الصباح على الماء</p>", 0, 1)
            },
            Post {
                sensitive: true,
                warning: "A spider, very near".into(),
                ..post("9104", mallory(), "<p>&lt;script&gt; is not one</p>", 6, 2)
            },
            Post { fold: "Long ways <b>".into(), ..post("9105", long(), "<p>Eleven kilometres.</p>", 12, 1) },
            post("9106", jun(), "<p>Not fetched yet.</p>", 13, 1),
            Post {
                answers: Some(Answered { path: "/@ada/9100".into(), author: ada() }),
                ..text_reply("9107", jun(), "<p>The stillness! Did you meter for the mist?</p>")
            },
        ];
        if let Some(arabic) = posts.get_mut(3) {
            arabic.language = "ar".into();
        }
        if let Some(waiting) = posts.get_mut(6).and_then(|p| p.photos.first_mut()) {
            waiting.ready = false;
            waiting.src = String::new();
            waiting.srcset = String::new();
        }
        Self { frame: Frame::at("home", "/"), posts: page(posts), pictures: false }
    }

    /// Follows nobody yet.
    pub fn sample_empty() -> Self {
        Self { frame: Frame::at("home", "/"), posts: Page { items: vec![], older: None, newest: None }, pictures: true }
    }
}

impl ProfilePage {
    /// Somebody else's photos, one of them pinned.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@ada"),
            profile: profile(ada()),
            tab: "photos".into(),
            posts: page(photos()),
            pinned: vec![
                Post { pinned: true, ..post("8000", ada(), FROST, 12, 1) },
                Post { pinned: true, ..post("8001", ada(), FROST, 8, 4) },
            ],
            activity_id: "https://photos.example/ap/users/1".into(),
            under_way: false,
            more: false,
        }
    }

    /// Replies of a remote person with a header picture, blocked.
    pub fn sample_replies() -> Self {
        let mut remote = profile(long());
        remote.header = Some("/media/sample/113-1600.jpg".into());
        remote.remote_url = Some("https://a-very-long-host-name.photography.example/@w".into());
        remote.relation = Relation { blocking: true, ..Relation::default() };
        let reply = Post {
            answers: Some(Answered { path: "/@ada/9100".into(), author: ada() }),
            ..text_reply("9201", long(), "<p>Wonderful tones. Which developer? &lt;3</p>")
        };
        Self {
            frame: Frame::at("", "/@wolf"),
            profile: remote,
            tab: "replies".into(),
            posts: Page { items: vec![reply], older: None, newest: Some("/@wolf?tab=replies".into()) },
            pinned: vec![],
            activity_id: String::new(),
            under_way: false,
            more: true,
        }
    }

    /// Somebody elsewhere whose posts are still being fetched.
    pub fn sample_fetching() -> Self {
        let mut remote = profile(jun());
        remote.counted_there = true;
        remote.remote_url = Some("https://mastodon.example/@jun".into());
        remote.relation = Relation { muting: true, followed_by: true, ..Relation::default() };
        Self {
            frame: Frame::at("", "/@jun@mastodon.example"),
            profile: remote,
            tab: "photos".into(),
            posts: Page { items: vec![], older: None, newest: None },
            pinned: vec![],
            activity_id: "https://mastodon.example/users/jun".into(),
            under_way: true,
            more: false,
        }
    }

    /// One's own profile before the first photo.
    pub fn sample_own_empty() -> Self {
        let mut own = profile(layla());
        own.relation = Relation { own: true, ..Relation::default() };
        own.posts = 0;
        own.fields = vec![];
        Self {
            frame: Frame::at("you", "/@layla"),
            profile: own,
            tab: "photos".into(),
            posts: Page { items: vec![], older: None, newest: None },
            pinned: vec![],
            activity_id: String::new(),
            under_way: false,
            more: false,
        }
    }
}

impl Requests {
    /// Two who wait.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("notifications", "/follow-requests"),
            locked: true,
            people: page(vec![long(), mallory()]),
        }
    }

    /// Nobody waits, and nobody has to.
    pub fn sample_empty() -> Self {
        let people = Page { items: vec![], older: None, newest: None };
        Self { locked: false, people, ..Self::sample() }
    }
}

impl Conversations {
    /// One not read, one among many.
    pub fn sample() -> Self {
        let line = |id: &str, people: Vec<Person>, last: Post, unread: bool| ConversationLine {
            id: id.into(),
            people,
            last: Post { visibility: Visibility::Mentioned, ..last },
            unread,
        };
        Self {
            frame: Frame::at("notifications", "/messages"),
            items: page(vec![
                line("1", vec![jun()], text_reply("9401", jun(), "<p>Would you lend me the 90 mm?</p>"), true),
                line(
                    "2",
                    vec![long(), mallory(), ada()],
                    Post { own: true, ..text_reply("9402", layla(), "<p>Saturday, then. &lt;3</p>") },
                    false,
                ),
                line("3", vec![ada()], post("9403", ada(), "", 0, 3), false),
            ]),
            to: String::new(),
            text: String::new(),
            number: "913060567168581632".into(),
            max_caption: 5_000,
            error: String::new(),
        }
    }

    /// None yet, and a first message that leads nowhere.
    pub fn sample_refused() -> Self {
        Self {
            items: Page { items: vec![], older: None, newest: None },
            to: "@nobody@nowhere.example <b>".into(),
            text: "Hello?".into(),
            error: "@nobody@nowhere.example was not found. Write the whole handle, such as @name@server.".into(),
            ..Self::sample()
        }
    }
}

impl MutePage {
    /// Somebody with a long name.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@wolf/mute"),
            person: long(),
            lengths: vec![choice("day", "For a day", "", false), choice("always", "Until I unmute", "", true)],
        }
    }
}

impl ReportPage {
    /// A post of somebody elsewhere, with too many words.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@jun@mastodon.example/report"),
            person: jun(),
            posts: vec![
                post("9102", jun(), FROST, 1, 2),
                text_reply("9301", jun(), "<p>Buy &lt;b&gt;this&lt;/b&gt;</p>"),
            ],
            categories: vec![choice("spam", "It is spam", "", true), choice("other", "Something else", "", false)],
            comment: "The same under every photo. <b>".into(),
            forward: true,
            server: "mastodon.example".into(),
            most: 1_000,
            error: "What you say has 1012 characters; 1000 are possible.".into(),
        }
    }
}

impl Reports {
    /// From here, and from elsewhere.
    pub fn sample() -> Self {
        let line = |id: &str, target: Person, reporter: Option<Person>, server: &str, comment: &str| ReportLine {
            id: id.into(),
            target,
            reporter,
            server: server.into(),
            category: "It is spam".into(),
            comment: comment.into(),
            rules: vec!["Post what is yours. <b>".into()],
            posts: vec!["/@mallory/1".into(), "/@mallory/2".into()],
            forwarded: server.is_empty(),
            ago: "2 h".into(),
            at: "2026-11-12T08:30:00.000Z".into(),
        };
        Self {
            frame: Frame::at("you", "/reports"),
            done: false,
            items: page(vec![
                line("1", jun(), Some(ada()), "", "The same under every photo.\n<script>alert(1)</script>"),
                line("2", mallory(), None, "mastodon.example", ""),
            ]),
        }
    }

    /// Nothing was reported.
    pub fn sample_empty() -> Self {
        Self { done: true, items: Page { items: vec![], older: None, newest: None }, ..Self::sample() }
    }
}

impl Elsewhere {
    /// A handle that is none.
    pub fn sample() -> Self {
        Self {
            frame: Frame::sample_visitor(),
            person: mallory(),
            is_post: false,
            action: "/@mallory/elsewhere".into(),
            here: "/@mallory".into(),
            address: "https://photos.example/ap/users/5".into(),
            handle: "me <b>".into(),
            way: None,
            way_host: String::new(),
            error: "Write your whole handle, such as @you@your.server: the server is its second half.".into(),
        }
    }

    /// The way is known.
    pub fn sample_way() -> Self {
        Self {
            is_post: true,
            action: "/@mallory/1/elsewhere".into(),
            here: "/@mallory/1".into(),
            handle: "jun@mastodon.example".into(),
            way: Some("https://mastodon.example/authorize_interaction?uri=https%3A%2F%2Fphotos.example".into()),
            way_host: "mastodon.example".into(),
            error: String::new(),
            ..Self::sample()
        }
    }
}

impl People {
    /// Followers of Ada.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@ada/followers"),
            profile: profile(ada()),
            which: "followers".into(),
            people: page(everyone().to_vec()),
        }
    }
}

fn conversation() -> Vec<Reply> {
    let reply = |id: &str, author: Person, text: &str, depth: i64, by_author: bool| Reply {
        post: text_reply(id, author, text),
        depth,
        by_author,
    };
    vec![
        reply("9301", jun(), "<p>The stillness! Did you meter for the mist?</p>", 0, false),
        reply("9302", ada(), "<p>For the planks, then one stop down.</p>", 1, true),
        reply("9303", layla(), "<p>صورة جميلة جدا</p>", 2, false),
        reply("9304", mallory(), "<p>&lt;img src=x onerror=alert(1)&gt;</p>", 4, false),
        Reply {
            post: Post { warning: "How it was made".into(), ..text_reply("9305", long(), "<p>Two plates.</p>") },
            depth: 0,
            by_author: false,
        },
    ]
}

impl PostPage {
    /// A public photo by somebody else with a conversation.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@ada/9100"),
            post: Post { poll: Some(poll(false, false)), ..post("9100", ada(), FROST, 0, 1) },
            replies: conversation(),
            above: vec![],
            shown: 5,
            looking: true,
            quotes: vec![Quoting { id: "77".into(), author: jun(), path: "/@jun@pixels.example/9400".into() }],
            later: Some("/@wolf/1?after=9#conversation".into()),
            first: None,
            profile: profile(ada()),
            draft_reply: String::new(),
            error: String::new(),
            vote_error: "Choose one of the options.".into(),
            number: "913060567168581632".to_owned(),
            activity_id: "https://photos.example/ap/posts/9100".into(),

            max_caption: 5000,
            reach: None,
        }
    }

    /// One's own album for followers, covered, edited, with a refused reply.
    pub fn sample_own() -> Self {
        let mut own = profile(layla());
        own.relation = Relation { own: true, ..Relation::default() };
        Self {
            frame: Frame::at("", "/@layla/9101"),
            post: Post {
                own: true,
                edited: true,
                pinned: true,
                can_boost: false,
                sensitive: true,
                warning: "Blood, a little".into(),
                visibility: Visibility::Followers,
                visibility_label: "Followers".into(),
                ..post("9101", layla(), FROST, 1, 5)
            },
            replies: vec![],
            above: vec![],
            shown: 0,
            looking: false,
            quotes: vec![],
            later: None,
            first: None,
            profile: own,
            draft_reply: "A reply that was too long <b>".into(),
            vote_error: String::new(),
            error: "A reply can have 5000 characters; this one has 5012.".into(),
            number: "913060567168581632".to_owned(),
            activity_id: String::new(),
            max_caption: 5000,
            reach: Some(ReachLine { reached: 41, of: 43, path: "/@layla/9101/deliveries".into() }),
        }
    }

    /// A visitor looks at an album.
    pub fn sample_album() -> Self {
        Self {
            frame: Frame { path: "/@jun@mastodon.example/9102".into(), here: String::new(), ..Frame::sample_visitor() },
            post: Post {
                remote_url: Some("https://mastodon.example/@jun/1".into()),
                poll: Some(poll(false, false)),
                ..post("9102", jun(), FROST, 1, 7)
            },
            replies: conversation(),
            above: vec![],
            shown: 5,
            looking: false,
            quotes: vec![],
            later: None,
            first: Some("/@wolf/1#conversation".into()),
            profile: profile(jun()),
            draft_reply: String::new(),
            error: String::new(),
            vote_error: String::new(),
            number: "913060567168581632".to_owned(),
            activity_id: String::new(),
            max_caption: 5000,
            reach: None,
        }
    }

    /// A reply without photos on its own page.
    pub fn sample_text() -> Self {
        let mut with_text = Self::sample();
        with_text.post = Post {
            answers: Some(Answered { path: "/@ada/9100".into(), author: ada() }),
            poll: Some(poll(true, true)),
            ..text_reply("9306", jun(), "<p>The stillness! Did you meter for the mist?</p>")
        };
        with_text.above = vec![
            post("9100", ada(), FROST, 0, 1),
            Post { warning: "How it was made <b>".into(), ..text_reply("9299", mallory(), "<p>One plate.</p>") },
        ];
        with_text
    }
}

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

impl Leave {
    /// A wrong password was typed.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("you", "/settings/delete"),
            name: "layla".into(),
            owner: false,
            errors: vec!["The current password is not right.".into()],
        }
    }

    /// The owner of the server.
    pub fn sample_owner() -> Self {
        Self { owner: true, errors: Vec::new(), ..Self::sample() }
    }
}

impl Notifications {
    /// One of each kind.
    pub fn sample() -> Self {
        let line = |id: &str, kind: &str, actor: Person, post: Option<Post>, fresh: bool| Notification {
            id: id.into(),
            kind: kind.into(),
            actor,
            post,
            ago: "2 h".into(),
            at: "2026-11-12T08:30:00.000Z".into(),
            fresh,
        };
        let photo = || Some(post("9100", layla(), FROST, 0, 1));
        Self {
            frame: Frame::at("notifications", "/notifications"),
            items: page(vec![
                line("1", "like", jun(), photo(), true),
                line("2", "boost", ada(), photo(), true),
                line("3", "follow", long(), None, true),
                line("4", "follow_request", mallory(), None, false),
                line("8", "follow_granted", long(), None, false),
                line(
                    "5",
                    "reply",
                    jun(),
                    Some(text_reply("9301", jun(), "<p>The stillness! Did you meter for the mist?</p>")),
                    false,
                ),
                line(
                    "6",
                    "mention",
                    ada(),
                    Some(post("9105", ada(), "<p>With <a href=\"/@layla\">@layla</a> at the pier.</p>", 4, 1)),
                    false,
                ),
                line("7", "like", mallory(), None, false),
            ]),
        }
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

impl Settings {
    /// With two sessions, a blocked person and something refused.
    pub fn sample() -> Self {
        Self {
            data: data_sample(),
            credit_artist: "Layla".into(),
            credit_copyright: "© 2026".into(),
            frame: Frame { notice: "Saved.".into(), ..Frame::at("you", "/settings") },
            name: "ليلى حداد".into(),
            bio: "Slow walks. <3".into(),
            avatar: "/media/sample/avatar-3.jpg".into(),
            header: String::new(),
            pronouns: "she/her".into(),
            languages: vec![choice("ar", "العربية", "", true), choice("en", "English", "", false)],
            fields: vec![
                FieldInput { name: "Portfolio".into(), value: "https://layla.example".into() },
                FieldInput::default(),
                FieldInput::default(),
                FieldInput::default(),
            ],
            locked: true,
            discoverable: true,
            featured_albums: 4,
            muted: vec![
                MutedPerson { person: mallory(), until: "12 December 2026".into() },
                MutedPerson { person: long(), until: String::new() },
            ],
            home_pictures: true,
            blocked: Page { items: vec![mallory()], older: Some("/settings?before=7#blocked".into()), newest: None },
            errors: vec!["The header picture is 26 MB; up to 20 MB work.".into()],
            sessions: vec![
                SessionLine {
                    id: "1".into(),
                    device: "Firefox on Linux".into(),
                    last_seen: "now".into(),
                    current: true,
                },
                SessionLine {
                    id: "2".into(),
                    device: "Safari on an iPhone".into(),
                    last_seen: "3 d".into(),
                    current: false,
                },
            ],
            apps: vec![AppLine {
                id: "1".into(),
                name: "Phanpy".into(),
                website: "https://phanpy.social".into(),
                may: vec!["See everything you see here".into(), "Post in your name".into()],
                last_seen: "2 h".into(),
                since: "12 November 2026".into(),
            }],
            server: "photos.example".into(),
            email: "layla@photos.example".into(),
        }
    }
}

impl Authorize {
    /// A browser app asks for what apps usually ask for.
    pub fn sample() -> Self {
        Self {
            frame: Frame::sample(),
            app: "Phanpy".into(),
            website: "phanpy.social".into(),
            may: vec![
                "See everything you see here: home, messages, notifications, lists and settings".into(),
                "Post, like, boost, message and delete in your name, and change your profile".into(),
            ],
            back_to: "phanpy.social".into(),
            asked: vec![FieldInput { name: "client_id".into(), value: "0123".into() }],
            other: "/sign-in?again=yes".into(),
        }
    }
}

impl Code {
    /// A code for a program without a browser.
    pub fn sample() -> Self {
        Self { frame: Frame::sample(), code: "5f2b".repeat(16) }
    }
}

impl SignIn {
    /// After a wrong password.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: String::new(), path: "/sign-in".into(), ..Frame::sample_visitor() },
            login: "layla".into(),
            error: "That name and password do not belong together. Check both and try again.".into(),
            next: "/@ada/9100".into(),
        }
    }
}

impl Join {
    /// Signing up with a name that is taken.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: String::new(), path: "/join".into(), ..Frame::sample_visitor() },
            action: "/join".into(),
            owner: false,
            closed: false,
            username: "ada".into(),
            email: String::new(),
            errors: vec![
                "ada is taken; choose another name.".into(),
                "The password needs at least 10 characters.".into(),
            ],
            handle_host: "photos.example".into(),
        }
    }

    /// The owner's first account.
    pub fn sample_owner() -> Self {
        Self { owner: true, action: "/first/abc".into(), username: String::new(), errors: vec![], ..Self::sample() }
    }

    /// Nobody can sign up.
    pub fn sample_closed() -> Self {
        Self { closed: true, username: String::new(), errors: vec![], ..Self::sample() }
    }
}

impl Reset {
    /// With a password that was too short.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: String::new(), path: "/reset/abc".into(), ..Frame::sample_visitor() },
            action: "/reset/abc".into(),
            username: "layla".into(),
            error: "The password needs at least 10 characters.".into(),
        }
    }
}

impl Search {
    /// People, tags and photos.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("search", "/search?q=frost"),
            query: "frost <b>".into(),
            people: vec![profile(ada()), profile(long()), profile(mallory())],
            posts: photos(),
            tags: vec!["frost".into(), "firstfrost".into(), "ضوء".into()],
            error: String::new(),
        }
    }

    /// Nothing asked yet, or nothing found.
    pub fn sample_empty() -> Self {
        Self {
            frame: Frame::at("search", "/search"),
            query: "@nobody@nowhere.example".into(),
            people: vec![],
            posts: vec![],
            tags: vec![],
            error: "nowhere.example did not answer. Try again in a minute.".into(),
        }
    }
}

impl Confirm {
    /// Deleting a post.
    pub fn sample() -> Self {
        Self {
            frame: Frame::at("", "/@layla/9101/delete"),
            title: "Delete this post?".into(),
            text: "Its 5 photos, 3 replies' links and 48 likes go too. Other servers are asked to delete their copies. This cannot be undone.".into(),
            action: "/@layla/9101/delete".into(),
            button: "Delete post".into(),
            back: "/@layla/9101".into(),
        }
    }
}

impl About {
    /// A small server.
    pub fn sample() -> Self {
        Self {
            frame: Frame {
                here: "about".into(),
                path: "/about".into(),
                not_federating: true,
                ..Frame::sample_visitor()
            },
            rules: vec!["Be kind.".into(), "Post what is yours <b>.".into()],
            description:
                "Photographs by people in and around Bergen.\n\nNo adverts, no counting of eyes. <i>Be kind</i>.".into(),
            version: "0.1.0".into(),
            people: 42,
            posts: 1902,
            owner: Some(ada()),
        }
    }
}

impl ErrorPage {
    /// A page that is not there.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: String::new(), path: "/@ada/1".into(), ..Frame::sample_visitor() },
            status: 404,
            title: "There is nothing here".into(),
            text: "The photo was deleted, the address has a typing mistake, or it is not for you to see.".into(),
        }
    }
}
