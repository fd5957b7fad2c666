//! Pages about other people and what they do: notifications, messages, requests, reports.

use super::{FROST, ada, choice, everyone, jun, layla, long, mallory, page, post, profile, text_reply};
use crate::activitypub::Visibility;
use crate::http::pages::context::{
    Confirm, ConversationLine, Conversations, Elsewhere, Frame, Leave, MutePage, Notifications, People, ReportLine,
    ReportPage, Reports, Requests,
};
use crate::service::views::{Notification, Page, Person, Post};

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
