//! Every template renders with its samples, and what comes out is whole: labels, ids, text as text.

use cyanotype::http::pages::context::{
    About, Authorize, Code, Compose, Confirm, Conversations, Deliveries, Elsewhere, ErrorPage, Explore, Files, Home,
    Join, Leave, MutePage, Notifications, People, PostPage, ProfilePage, Reach, ReportPage, Reports, Requests, Reset,
    Search, Settings, SignIn, Tag,
};
use cyanotype::http::pages::templates::Templates;
use std::collections::BTreeSet;

/// Name of the template, which sample, and the page.
fn rendered() -> Vec<(&'static str, &'static str, String)> {
    let templates = Templates::load().unwrap();
    macro_rules! pages {
        ($($name:literal: $($page:ident . $sample:ident),+;)+) => {
            vec![$($((
                $name,
                stringify!($page::$sample),
                templates.render($name, &$page::$sample()).unwrap_or_else(|e| panic!("{} {}: {e:#}", $name, stringify!($sample))),
            ),)+)+]
        };
    }
    pages! {
        "about.html": About.sample;
        "authorize.html": Authorize.sample;
        "code.html": Code.sample;
        "compose.html": Compose.sample, Compose.sample_empty, Compose.sample_editing;
        "confirm.html": Confirm.sample;
        "deliveries.html": Deliveries.sample, Deliveries.sample_empty;
        "elsewhere.html": Elsewhere.sample, Elsewhere.sample_way;
        "error.html": ErrorPage.sample;
        "explore.html": Explore.sample, Explore.sample_empty;
        "files.html": Files.sample;
        "home.html": Home.sample, Home.sample_empty;
        "join.html": Join.sample, Join.sample_owner, Join.sample_closed;
        "leave.html": Leave.sample, Leave.sample_owner;
        "messages.html": Conversations.sample, Conversations.sample_refused;
        "mute.html": MutePage.sample;
        "notifications.html": Notifications.sample;
        "people.html": People.sample;
        "post.html": PostPage.sample, PostPage.sample_own, PostPage.sample_album, PostPage.sample_text;
        "profile.html": ProfilePage.sample, ProfilePage.sample_replies, ProfilePage.sample_own_empty,
            ProfilePage.sample_fetching;
        "reach.html": Reach.sample, Reach.sample_moved;
        "report.html": ReportPage.sample;
        "reports.html": Reports.sample, Reports.sample_empty;
        "requests.html": Requests.sample, Requests.sample_empty;
        "reset.html": Reset.sample;
        "search.html": Search.sample, Search.sample_empty;
        "settings.html": Settings.sample;
        "sign-in.html": SignIn.sample;
        "tag.html": Tag.sample;
    }
}

/// Opening tags, whole, in order.
fn tags(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let mut quoted = false;
        let end = rest.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        found.push(&rest[..end.unwrap_or(rest.len())]);
    }
    found
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn name(tag: &str) -> &str {
    tag.split([' ', '\n', '/']).next().unwrap_or_default()
}

#[test]
fn every_page_renders_with_its_samples() {
    let pages = rendered();
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap();
    let files: BTreeSet<String> = folder
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .filter(|f| f.ends_with(".html") && f != "layout.html")
        .collect();
    let covered: BTreeSet<String> = pages.iter().map(|(template, ..)| (*template).to_owned()).collect();
    assert_eq!(covered, files, "each template has a sample here");
    for (template, sample, html) in pages {
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{template} {sample}");
        assert!(!html.contains("undefined") && !html.contains("{{") && !html.contains("{%"), "{template} {sample}");
    }
}

#[test]
fn r068_what_looks_like_markup_in_a_sample_is_text() {
    let mut seen = 0;
    for (template, sample, html) in rendered() {
        assert!(!html.contains("<b>Mallory"), "{template} {sample}");
        seen += html.matches("&lt;b&gt;Mallory").count();
    }
    assert!(seen > 5, "the samples hold such names: {seen}");
}

#[test]
fn ids_are_unique_and_what_refers_to_one_finds_it() {
    for (template, sample, html) in rendered() {
        let tags = tags(&html);
        let ids: Vec<&str> = tags.iter().filter_map(|t| attribute(t, "id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        let twice: Vec<_> = unique.iter().filter(|id| ids.iter().filter(|i| i == id).count() > 1).collect();
        assert!(twice.is_empty(), "{template} {sample}: twice {twice:?}");
        for tag in &tags {
            for reference in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
                for id in attribute(tag, reference).into_iter().flat_map(str::split_whitespace) {
                    assert!(unique.contains(id), "{template} {sample}: {reference}={id} leads nowhere: <{tag}>");
                }
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_button_words() {
    for (template, sample, html) in rendered() {
        let tags = tags(&html);
        let labelled: BTreeSet<&str> =
            tags.iter().filter(|t| name(t) == "label").filter_map(|t| attribute(t, "for")).collect();
        for tag in &tags {
            let kind = attribute(tag, "type").unwrap_or("text");
            let hidden = kind == "hidden" || attribute(tag, "aria-hidden") == Some("true");
            if !matches!(name(tag), "input" | "textarea" | "select") || hidden {
                continue;
            }
            let by_id = attribute(tag, "id").is_some_and(|id| labelled.contains(id));
            let inside =
                html.split("<label>").skip(1).any(|l| l.split("</label>").next().is_some_and(|l| l.contains(tag)));
            assert!(by_id || inside || attribute(tag, "aria-label").is_some(), "{template} {sample}: <{tag}>");
        }
        for button in html.split("<button").skip(1) {
            let (head, rest) = button.split_once('>').unwrap();
            let inner = rest.split("</button>").next().unwrap();
            let words = inner
                .split('<')
                .filter_map(|p| p.split_once('>').map_or(Some(p), |(_, t)| Some(t)))
                .any(|t| !t.trim().is_empty());
            assert!(words || head.contains("aria-label"), "{template} {sample}: <button{head}> says nothing");
        }
    }
}

#[test]
fn every_page_has_one_heading_of_the_first_rank_a_main_part_and_a_way_to_skip_to_it() {
    for (template, sample, html) in rendered() {
        assert_eq!(html.matches("<h1").count(), 1, "{template} {sample}");
        assert_eq!(html.matches("<main").count(), 1, "{template} {sample}");
        assert!(html.contains("href=\"#main\"") && html.contains("id=\"main\""), "{template} {sample}");
        assert!(html.contains("<html lang=\""), "{template} {sample}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(!title.trim().is_empty(), "{template} {sample}");
    }
}

#[test]
fn every_picture_says_what_it_shows_and_how_large_it_is() {
    for (template, sample, html) in rendered() {
        for tag in tags(&html).into_iter().filter(|t| name(t) == "img") {
            for needed in ["alt", "width", "height"] {
                assert!(attribute(tag, needed).is_some(), "{template} {sample}: no {needed}: <{tag}>");
            }
            assert_ne!(attribute(tag, "width"), Some("0"), "{template} {sample}: <{tag}>");
        }
    }
}

#[test]
fn elements_are_closed_in_order() {
    const EMPTY: &[&str] = &["area", "br", "hr", "img", "input", "link", "meta", "source", "use", "wbr"];
    // Closed by what follows them; we always close them all the same.
    for (template, sample, html) in rendered() {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = html.as_str();
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            if let Some(closing) = rest.strip_prefix('/') {
                let closed = closing.split('>').next().unwrap();
                if !EMPTY.contains(&closed) {
                    assert_eq!(
                        open.pop(),
                        Some(closed),
                        "{template} {sample}: </{closed}> at …{}",
                        &rest[..rest.len().min(80)].escape_debug()
                    );
                }
            } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let tag = tags(&html[html.len() - rest.len() - 1..])[0];
                if !EMPTY.contains(&name(tag)) && !tag.ends_with('/') {
                    open.push(name(tag));
                }
                rest = &rest[tag.len()..];
            }
        }
        assert!(open.is_empty(), "{template} {sample}: never closed {open:?}");
    }
}
