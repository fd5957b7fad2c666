//! Pages that show posts and people.

use super::{FROST, ada, jun, layla, long, mallory, page, photos, poll, post, profile, text_reply};
use crate::activitypub::Visibility;
use crate::http::pages::context::{Explore, Frame, Home, PostPage, ProfilePage, ReachLine, Search, Tag};
use crate::service::views::{Answered, Page, Person, Post, Quoting, Relation, Reply};

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
