//! Pages on which somebody comes in and settles, and those that say what this place is.

use super::{ada, choice, data_sample, long, mallory};
use crate::http::pages::context::{
    About, AppLine, Authorize, Code, ErrorPage, FieldInput, Frame, Join, MutedPerson, Reset, SessionLine, Settings,
    SignIn,
};
use crate::service::views::Page;

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
