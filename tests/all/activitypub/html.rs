//! The HTML of others.

use crate::support::Stopwatch;
use cyanotype::activitypub::html::{
    MAX_HTML, links_back, name_with_emoji, only_link, sanitize, to_plain_text, with_emoji,
};
use std::time::Duration;

/// What comes in, and what exactly may come out.
const HOSTILE: [(&str, &str); 44] = [
    ("<script>alert(1)</script>x", "x"),
    ("<SCRIPT SRC=//evil.example></SCRIPT>x", "x"),
    ("<script>alert(1)", ""),
    ("<scr<script>ipt>alert(1)</scr</script>ipt>x", "ipt&gt;alert(1)ipt&gt;x"),
    ("<img src=x onerror=alert(1)>x", "x"),
    ("<svg/onload=alert(1)>x", "x"),
    ("<svg><script>alert(1)</script></svg>x", "x"),
    ("<svg><style><img src=x onerror=alert(1)></style></svg>x", "x"),
    ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
    ("<math><annotation-xml encoding=\"text/html\"><p>x</p></annotation-xml></math>", "<p>x</p>"),
    ("<annotation>x</annotation>", "x"),
    ("<iframe src=javascript:alert(1)></iframe>x", "x"),
    ("<object data=evil.swf>x</object>", "x"),
    ("<embed src=evil.swf>x", "x"),
    ("<style>@import 'evil'</style>x", "x"),
    ("<p style=\"position:fixed\">x</p>", "<p>x</p>"),
    ("<p onclick=alert(1) id=a name=b>x</p>", "<p>x</p>"),
    ("<p class=\"mention\">x</p>", "<p>x</p>"),
    (
        "<span class=\"mention evil h-card p-author u-url admin\">x</span>",
        "<span class=\"mention h-card p-author u-url\">x</span>",
    ),
    ("<span class=\"h-card&quot; onclick=&quot;alert(1)\">x</span>", "<span>x</span>"),
    ("<a href=\"javascript:alert(1)\">x</a>", "x"),
    ("<a href=\"JaVaScRiPt:alert(1)\">x</a>", "x"),
    ("<a href=\"java&#115;cript:alert(1)\">x</a>", "x"),
    ("<a href=\"java\nscript:alert(1)\">x</a>", "x"),
    ("<a href=\"javascript&colon;alert(1)\">x</a>", "x"),
    ("<a href=\" &#14; javascript:alert(1)\">x</a>", "x"),
    ("<a href=\"data:text/html;base64,PHNjcmlwdD4\">x</a>", "x"),
    ("<a href=\"vbscript:x\">x</a>", "x"),
    ("<a href=\"//evil.example\">x</a>", "x"),
    ("<a href=\"/settings/delete\">x</a>", "x"),
    ("<a href=\"https://good.example@evil.example/\">x</a>", "x"),
    (
        "<a href=\"https://a.example/?a=1&b=2\" target=_top ping=//evil.example>x</a>",
        "<a href=\"https://a.example/?a=1&amp;b=2\" rel=\"nofollow noopener noreferrer\">x</a>",
    ),
    (
        "<a href='https://a.example/\"onmouseover=alert(1)'>x</a>",
        "<a href=\"https://a.example/%22onmouseover=alert(1)\" rel=\"nofollow noopener noreferrer\">x</a>",
    ),
    ("<!-- x --><!--> <b>y</b> -->z", " <b>y</b> --&gt;z"),
    ("<![CDATA[<b>x</b>]]>y", "x]]&gt;y"),
    ("<?php evil() ?>x", "x"),
    ("<!DOCTYPE html><html><head><title>t</title></head><body onload=x>y</body></html>", "y"),
    ("<textarea><script>alert(1)</script></textarea>x", "x"),
    ("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">x</p>", "<p>x</p>"),
    ("<form action=//evil.example><input type=password><button>x</button></form>", "<p>x</p>"),
    ("<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example>x", "x"),
    ("<template><script>x</script></template>y", "y"),
    ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
    ("\0<b\0>x</b\0>&#0;", "x&amp;#0;"),
];

#[test]
fn r057_r066_hostile_html_is_cleaned() {
    for (html, expected) in HOSTILE {
        assert_eq!(sanitize(html).as_str(), expected, "{html:?}");
    }
}

#[test]
fn cleaning_twice_changes_nothing() {
    for (html, _) in HOSTILE {
        let once = sanitize(html);
        assert_eq!(sanitize(once.as_str()), once, "{html:?}");
    }
}

#[test]
fn what_posts_are_made_of_is_kept() {
    let kept = [
        "<p>one<br>two</p><p><em>three</em> <strong>four</strong> <del>five</del></p>",
        "<blockquote><p>x</p></blockquote><pre><code>y &lt; z</code></pre>",
        "<ul><li>a</li><li>b</li></ul><ol start=\"3\"><li value=\"7\">c</li></ol>",
        "<p><span class=\"h-card\"><span class=\"invisible\">a</span></span></p>",
        "<p>Fog &amp; sea — ☂ 霧</p>",
    ];
    for html in kept {
        assert_eq!(sanitize(html).as_str(), html);
    }
    let changed = [
        ("<h1>Title</h1>text", "<p><strong>Title</strong></p>text"),
        ("<div>a</div><div><p>b</p></div>", "<p>a</p><p>b</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<table><tr><td>a</td></tr></table>", "<p>a</p>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("&amp;lt;b&amp;gt; &#38;amp; &eacute;&nosuch; &copy", "&amp;lt;b&amp;gt; &amp;amp; é&amp;nosuch; &amp;copy"),
        ("<p><img src=\"https://a.example/x.jpg\" alt=\"y\"></p>", ""),
    ];
    for (html, expected) in changed {
        assert_eq!(sanitize(html).as_str(), expected, "{html}");
    }
    let mention = "<p><a href=\"https://a.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></p>";
    let expected = "<p><a href=\"https://a.example/@bob\" class=\"u-url mention\" rel=\"nofollow noopener noreferrer\">@<span>bob</span></a></p>";
    assert_eq!(sanitize(mention).as_str(), expected);
}

#[test]
fn r052_long_html_is_cut_between_characters() {
    let html = format!("<p>{}", "霧".repeat(MAX_HTML));
    let cut = sanitize(&html);
    assert!(cut.as_str().len() <= MAX_HTML + 16 && cut.as_str().ends_with("霧</p>"));
}

/// A second; unoptimised code and a busy machine get more.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 4 } else { 1 });

#[test]
fn r056_no_input_takes_long() {
    let million = 1_000_000;
    let inputs = [
        "<".repeat(million),
        "@".repeat(million),
        "(".repeat(million),
        "<a ".repeat(million / 3),
        "<b>".repeat(million / 3),
        "<p><b><i><u>".repeat(million / 12),
        "<a href='https://a.example/'>".repeat(million / 29),
        format!("<b {}>x", "a=b ".repeat(million / 4)),
        format!("<a x=\"<!-- {}", "<b c='\" ".repeat(million / 8)),
        "<!--".repeat(million / 4),
        "</".repeat(million / 2),
        "<script></scrip".repeat(million / 15),
        "&#x".repeat(million / 3),
        "&amp".repeat(million / 4),
        "&amp;".repeat(million / 5),
        "©".repeat(million / 2),
        "&x;".repeat(million / 3),
        "&CounterClockwiseContourIntegral;".repeat(million / 33),
        "<table><tr><td>".repeat(million / 15),
        "<ul><li>".repeat(million / 8),
        "<svg><math>".repeat(million / 11),
    ];
    for input in inputs {
        let start = Stopwatch::begin();
        let _ = sanitize(&input);
        let _ = to_plain_text(&input);
        assert!(start.spent() < LIMIT, "{:?} for {:?}", start.spent(), input.get(..20));
    }
}

#[test]
fn plain_text_is_what_a_reader_sees() {
    let table = [
        ("<p>one<br>two</p>\n<p>three</p>", "one\ntwo\n\nthree"),
        ("<p>a &amp; b &lt;c&gt; &#39;d&#x27; &hellip; &unknown; &</p>", "a & b <c> 'd' … &unknown; &"),
        ("  a \n\t b  ", "a b"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<script>x</script><style>y</style>z", "z"),
        ("<p></p><p></p>a", "a"),
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("a < b", "a < b"),
        ("", ""),
    ];
    for (html, expected) in table {
        assert_eq!(to_plain_text(html), expected, "{html}");
    }
    assert_eq!(sanitize("<p>x</p>").to_plain_text(), "x");
}

#[test]
fn any_cut_of_markup_is_survived() {
    let whole: String = HOSTILE.iter().map(|(html, _)| *html).collect();
    for (at, _) in whole.char_indices() {
        let _ = sanitize(&whole[at..]);
        let _ = to_plain_text(&whole[..at]);
    }
}

#[test]
fn r066_only_the_elements_and_attributes_of_the_list_are_kept() {
    let everything = "<h1>a</h1><p class=\"x mention\" id=\"i\" style=\"color:red\">b<br><b>c</b><i>d</i><u>e</u><del>f</del>\
        <code>g</code></p><pre>h</pre><ul><li>i</li></ul><blockquote>j</blockquote><table><tr><td>k</td></tr></table>\
        <a href=\"https://peer.example/\" class=\"mention u-url evil\" name=\"n\" target=\"_top\">l</a>";
    let kept = sanitize(everything).into_string();
    let allowed =
        ["p", "br", "a", "span", "blockquote", "pre", "code", "ul", "ol", "li", "em", "strong", "b", "i", "del", "u"];
    for tag in kept.split('<').skip(1) {
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(allowed.contains(&name.as_str()), "{name} in {kept}");
    }
    for gone in ["id=", "name=", "style=", "target=", "evil", "<h1", "<table"] {
        assert!(!kept.contains(gone), "{gone} in {kept}");
    }
    assert!(
        kept.contains("rel=\"nofollow noopener noreferrer\"") && kept.contains("class=\"mention u-url\""),
        "{kept}"
    );
    assert!(kept.contains("<strong>a</strong>"));
}

fn ours(name: &str) -> Option<String> {
    (name == "blob").then(|| "/media/0.png".to_owned())
}

#[test]
fn r069a_emoji_are_pictures_of_ours_in_text_and_nowhere_else() {
    let html = with_emoji(&sanitize("<p>:blob: <a href=\"https://peer.example/:blob:?a=:blob:\">:blob:</a></p>"), ours);
    assert_eq!(html.as_str().matches("<img class=\"emoji\" src=\"/media/0.png\" alt=\":blob:\"").count(), 2);
    assert!(html.as_str().contains("href=\"https://peer.example/:blob:?a=:blob:\""), "{html}");
    for text in [":other:", "a:blob:", ":blob:b", "::blob::", ": blob :", ":blob", "blob:", "12:30:45", "é:blob:"] {
        assert_eq!(name_with_emoji(text, ours).as_str(), text, "stays text");
    }
    assert_eq!(name_with_emoji(":blob::blob:", ours).as_str().matches("<img").count(), 0, "colons touch");
    assert_eq!(name_with_emoji("(:blob:) :blob:", ours).as_str().matches("<img").count(), 2);
    let name = name_with_emoji("<b>:blob:</b> & \"x\"", ours).into_string();
    assert!(name.starts_with("&lt;b&gt;<img") && name.ends_with("&lt;/b&gt; &amp; &quot;x&quot;"), "{name}");
    let odd = name_with_emoji(":blob:", |_| Some("/x\" onerror=\"alert(1)".to_owned())).into_string();
    assert!(odd.contains("src=\"/x&quot; onerror=&quot;alert(1)\""), "{odd}");
    let many = ":".repeat(100_000);
    assert_eq!(name_with_emoji(&many, ours).as_str().len(), many.len());
}

#[test]
fn r067_a_line_proves_something_only_when_it_is_one_link_that_says_where_it_leads() {
    for (line, link) in [
        ("<a href=\"https://ada.example/\" rel=\"me\">https://ada.example/</a>", Some("https://ada.example/")),
        ("<a href=\"https://ada.example\">https://ada.example</a>", Some("https://ada.example/")),
        (
            "<a href=\"https://ada.example/a\"><span class=\"invisible\">https://</span><span>ada.example/a</span></a>",
            Some("https://ada.example/a"),
        ),
        ("<a href=\"https://evil.example/\">https://ada.example/</a>", None),
        (
            "<a href=\"https://evil.example/\"><span class=\"invisible\">https://evil.example/</span>ada.example</a>",
            None,
        ),
        ("<a href=\"https://ada.example/\">my page</a>", None),
        ("<a href=\"https://ada.example/\">https://ada.example/</a> and more", None),
        ("<a href=\"https://a.example/\">https://a.example/</a><a href=\"https://b.example/\"></a>", None),
        ("<a href=\"https://ada.example@evil.example/\">https://ada.example@evil.example/</a>", None),
        ("https://ada.example/", None),
        ("", None),
    ] {
        assert_eq!(only_link(line).as_deref(), link, "{line}");
    }
}

#[test]
fn r067_a_page_links_back_only_by_rel_me_to_that_very_page() {
    let (at, pages) =
        (url::Url::parse("https://ada.example/about").unwrap(), ["https://photos.example/@ada".to_owned()]);
    for (page, proves) in [
        ("<a rel=\"me\" href=\"https://photos.example/@ada\">x</a>", true),
        ("<html><head><link rel=\"nofollow ME\" href=\"https://photos.example/@Ada/\"></head>", true),
        ("<a href=\"https://photos.example/@ada\" rel=me>x</a>", true),
        ("<a href=\"https://photos.example/@ada\">x</a>", false),
        ("<a rel=\"mean\" href=\"https://photos.example/@ada\">x</a>", false),
        ("<a rel=\"me\" href=\"https://photos.example/@adam\">x</a>", false),
        ("<a rel=\"me\" href=\"https://photos.example/@ada?x\">x</a>", false),
        ("<a rel=\"me\" href=\"https://photos.example/@ada#x\">x</a>", false),
        ("<a rel=\"me\" href=\"https://photos.example/\">x</a>", false),
        ("<a rel=\"me\" href=\"http://photos.example/@ada\">x</a>", false),
        ("<a rel=\"me\" href=\"/@ada\">x</a>", false),
        ("<!-- <a rel=\"me\" href=\"https://photos.example/@ada\">x</a> -->", false),
        ("<script><a rel=\"me\" href=\"https://photos.example/@ada\">x</a></script>", false),
        ("<textarea><a rel=\"me\" href=\"https://photos.example/@ada\">x</a></textarea>", false),
        ("<p data-x='<a rel=\"me\" href=\"https://photos.example/@ada\">'>x</p>", false),
    ] {
        assert_eq!(links_back(page, &at, &pages), proves, "{page}");
    }
}
