//! Captions.

use crate::support::Stopwatch;
use cyanotype::activitypub::html::to_plain_text;
use cyanotype::activitypub::text::{
    Links, MAX_HASHTAGS, Mention, TokenKind, field_to_html, find, hashtag_key, hashtags, mentions, to_html,
};
use std::time::Duration;

struct Here;

impl Links for Here {
    fn hashtag(&self, key: &str) -> Option<String> {
        Some(format!("https://photos.example/tags/{key}"))
    }
    fn mention(&self, mention: &Mention) -> Option<String> {
        match (mention.user.as_str(), mention.host.as_deref()) {
            ("nobody", _) => None,
            (user, None) => Some(format!("https://photos.example/@{user}")),
            (user, Some(host)) => Some(format!("https://{host}/@{user}")),
        }
    }
}

fn found(text: &str) -> Vec<&str> {
    find(text).into_iter().map(|token| &text[token.range]).collect()
}

fn html(text: &str) -> String {
    to_html(text, &Here).into_string()
}

#[test]
fn e7_hashtags_are_found() {
    let table: [(&str, &[&str]); 22] = [
        ("#fog", &["#fog"]),
        ("Fog #Fog, #sea; (#harbour).", &["#Fog", "#sea", "#harbour"]),
        ("#été #霧 #туман #ضباب #हिन्दी", &["#été", "#霧", "#туман", "#ضباب", "#हिन्दी"]),
        ("＃霧", &["＃霧"]),
        ("#black_and_white", &["#black_and_white"]),
        ("#35mm #2026", &["#35mm"]),
        ("#2026 #___ # #-", &[]),
        ("no#tag a#b", &[]),
        ("##fog", &["#fog"]),
        ("#fog#sea", &["#fog"]),
        ("#fog-sea", &["#fog"]),
        ("#a😀", &["#a"]),
        ("https://a.example/#fog", &["https://a.example/#fog"]),
        ("a.example/#fog", &[]),
        ("_#fog", &[]),
        ("\n#fog\n", &["#fog"]),
        ("\"#fog\"", &["#fog"]),
        ("#e\u{301}te\u{301}", &["#e\u{301}te\u{301}"]),
        ("#a @b #c", &["#a", "@b", "#c"]),
        ("", &[]),
        ("#", &[]),
        ("&#39;", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), expected, "{text}");
    }
    let tags = hashtags("#Fog #FOG #ﬁlm #fog #e\u{301}te\u{301} #ÉTÉ");
    let keys: Vec<_> = tags.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!((keys, tags[0].1.as_str()), (vec!["fog", "film", "été"], "Fog"));
    assert_eq!(hashtag_key("#Black"), Some("black".to_owned()));
    assert_eq!(hashtag_key("Ｆｏｇ"), Some("fog".to_owned()));
    for no in ["", "#", "2026", "two words", "a-b", "#<b>", &"a".repeat(101)] {
        assert_eq!(hashtag_key(no), None, "{no}");
    }
    assert!(hashtag_key(&"a".repeat(100)).is_some());
}

#[test]
fn e8_mentions_are_found() {
    let table: [(&str, &[&str]); 15] = [
        ("@bob", &["@bob"]),
        ("with @bob, @Eve.", &["@bob", "@Eve"]),
        ("@bob@mastodon.example.", &["@bob@mastodon.example"]),
        ("(@bob@mastodon.example)", &["@bob@mastodon.example"]),
        ("@bob.smith-jones@a.b.example", &["@bob.smith-jones@a.b.example"]),
        ("mail bob@mastodon.example", &[]),
        ("@bob@localhost", &["@bob"]),
        ("@bob@", &["@bob"]),
        ("@bobß", &[]),
        ("@ @@ @-", &[]),
        ("https://a.example/@bob", &["https://a.example/@bob"]),
        ("a.example/@bob", &[]),
        ("@bob@bücher.example", &["@bob@bücher.example"]),
        ("@bob@127.0.0.1", &["@bob"]),
        ("@bob's", &["@bob"]),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), expected, "{text}");
    }
    let named = mentions("@bob @Bob @bob@Mastodon.example @bob@bücher.example @eve");
    let named: Vec<_> = named.iter().map(|m| (m.user.as_str(), m.host.as_deref())).collect();
    assert_eq!(
        named,
        [("bob", None), ("bob", Some("mastodon.example")), ("bob", Some("xn--bcher-kva.example")), ("eve", None),]
    );
}

#[test]
fn e12_addresses_are_found_as_people_write_them() {
    let table: [(&str, &[&str]); 14] = [
        ("see https://a.example.", &["https://a.example"]),
        ("(https://a.example/x_(y))", &["https://a.example/x_(y)"]),
        ("https://a.example/?a=1&b=2#c!", &["https://a.example/?a=1&b=2#c"]),
        ("<https://a.example/>", &["https://a.example/"]),
        ("\"https://a.example/\"", &["https://a.example/"]),
        ("HTTP://A.example/", &["HTTP://A.example/"]),
        ("https://a.example/ü", &["https://a.example/ü"]),
        ("xhttps://a.example", &[]),
        ("https://", &[]),
        ("https://localhost/", &[]),
        ("https://good.example@evil.example/", &[]),
        ("javascript:alert(1)", &[]),
        ("ftp://a.example", &[]),
        ("https://a.example/]}…", &["https://a.example/"]),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), expected, "{text}");
    }
    assert!(
        matches!(&find("https://a.example/ü")[0].kind, TokenKind::Url { href } if href == "https://a.example/%C3%BC")
    );
}

#[test]
fn captions_become_paragraphs_with_links() {
    assert_eq!(html(""), "");
    assert_eq!(html("  \n\n "), "");
    assert_eq!(html("one\ntwo\n\nthree"), "<p>one<br>two</p><p>three</p>");
    assert_eq!(html("one\r\n\r\n\r\ntwo\rthree"), "<p>one</p><p>two<br>three</p>");
    assert_eq!(
        html("In the #Fog"),
        "<p>In the <a href=\"https://photos.example/tags/fog\" class=\"mention hashtag\" rel=\"tag\">#<span>Fog</span></a></p>"
    );
    assert_eq!(
        html("@bob@mastodon.example"),
        "<p><span class=\"h-card\"><a href=\"https://mastodon.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></span></p>"
    );
    assert_eq!(html("@nobody"), "<p>@nobody</p>");
    assert_eq!(
        html("https://a.example/?a&b"),
        "<p><a href=\"https://a.example/?a&amp;b\" rel=\"nofollow noopener noreferrer\">https://a.example/?a&amp;b</a></p>"
    );
}

#[test]
fn e7_closing_hashtags_stand_in_their_own_paragraph() {
    let tag = |name: &str| {
        format!(
            "<a href=\"https://photos.example/tags/{name}\" class=\"mention hashtag\" rel=\"tag\">#<span>{name}</span></a>"
        )
    };
    let (fog, sea) = (tag("fog"), tag("sea"));
    assert_eq!(html("Harbour\n#fog #sea"), format!("<p>Harbour</p><p>{fog} {sea}</p>"));
    assert_eq!(html("Harbour\n#fog\n#sea\n"), format!("<p>Harbour</p><p>{fog}<br>{sea}</p>"));
    assert_eq!(html("Harbour\n\n#fog"), format!("<p>Harbour</p><p>{fog}</p>"));
    assert_eq!(html("#fog #sea"), format!("<p>{fog} {sea}</p>"));
    assert_eq!(html("Harbour #fog"), format!("<p>Harbour {fog}</p>"));
    assert_eq!(html("#fog\nHarbour"), format!("<p>{fog}<br>Harbour</p>"));
}

#[test]
fn e12_r068_markup_in_a_caption_is_text() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "#fog<b>",
        "@bob\"onclick=alert(1)",
        "https://a.example/\"onclick=alert(1)",
        "https://a.example/'><script>x</script>",
        "&lt;b&gt;",
    ];
    for text in hostile {
        let html = html(text);
        let markup = html.replace("<p>", "").replace("</p>", "");
        assert!(!markup.contains("<script") && !markup.contains("<img") && !markup.contains("<b>"), "{html}");
        assert!(!markup.contains("\"onclick"), "{html}");
        assert_eq!(to_plain_text(&html), text, "{html}");
    }
    assert_eq!(html("a\0b\u{7}c\u{202e}"), "<p>abc\u{202e}</p>");
}

struct Hostile;

impl Links for Hostile {
    fn hashtag(&self, key: &str) -> Option<String> {
        Some(match key {
            "path" => "/tags/path".to_owned(),
            "script" => "javascript:alert(1)".to_owned(),
            "host" => "//evil.example".to_owned(),
            _ => "https://a.example/\"x".to_owned(),
        })
    }
    fn mention(&self, _: &Mention) -> Option<String> {
        None
    }
}

#[test]
fn an_address_that_could_run_is_no_link() {
    let html = |text| to_html(text, &Hostile).into_string();
    assert_eq!(html("#script #host"), "<p>#script #host</p>");
    assert!(html("#path").contains("href=\"/tags/path\""));
    assert!(html("#quote").contains("href=\"https://a.example/&quot;x\""));
}

#[test]
fn more_hashtags_than_count_are_plain_text() {
    let many: String = (0..80).map(|n| format!("#t{n} ")).collect();
    let html = to_html(&format!("{many}#t0"), &Here).into_string();
    assert_eq!(html.matches("rel=\"tag\"").count(), MAX_HASHTAGS + 1, "the first of them again is one, too");
    assert!(html.contains("<span>t59</span>") && html.contains(" #t60 "), "{html}");
    assert_eq!(hashtags(&many).len(), MAX_HASHTAGS);
}

#[test]
fn links_add_only_so_much_to_a_text() {
    for unit in ["#a ", "https://a.example ", "https://a.example/写写写写写写写写 "] {
        let text = unit.repeat(5_000);
        let html = to_html(&text, &Here).into_string();
        assert!(html.len() < text.len() + 10_100, "{unit}: {} of {}", html.len(), text.len());
        assert!(html.contains("<a ") && html.ends_with(&format!("{}</p>", unit.trim_end())), "{unit}");
    }
}

#[test]
fn b10_a_field_holding_an_address_is_one_link_with_rel_me() {
    assert_eq!(
        field_to_html("https://ada.example/", &Here).as_str(),
        "<a href=\"https://ada.example/\" rel=\"me nofollow noopener noreferrer\" target=\"_blank\">https://ada.example/</a>"
    );
    // Text and href must be the same, so the shorter spelling is written out.
    assert!(field_to_html("https://ada.example", &Here).as_str().contains(">https://ada.example/</a>"));
    let mixed = field_to_html("at https://ada.example/", &Here);
    assert!(mixed.as_str().starts_with("at <a ") && !mixed.as_str().contains("rel=\"me"));
    assert_eq!(field_to_html("<b>\nx", &Here).as_str(), "&lt;b&gt; x");
}

#[test]
fn r056_no_text_takes_long() {
    let million = 1_000_000;
    let inputs = [
        "@".repeat(million),
        "#".repeat(million),
        "@a".repeat(million / 2),
        "@a@".repeat(million / 3),
        "#a".repeat(million / 2),
        "h".repeat(million),
        "http://".repeat(million / 7),
        "https://a.example/) ".repeat(million / 20),
        format!("https://a.example/{}", ")".repeat(million)),
        format!("https://a.example/{}{}", "(".repeat(million / 2), ")".repeat(million / 2)),
        format!("@bob@{}", "a.".repeat(million / 2)),
        "@b@c.d-".repeat(million / 7),
        "\n".repeat(million),
        "#a\n".repeat(million / 3),
        "ﷺ#".repeat(million / 4),
    ];
    for input in inputs {
        let start = Stopwatch::begin();
        let _ = to_html(&input, &Here);
        assert!(
            start.spent() < Duration::from_secs(3),
            "{:?} for {:?}",
            start.spent(),
            input.chars().take(9).collect::<String>()
        );
    }
}
