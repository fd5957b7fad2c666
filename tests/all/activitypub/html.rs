//! The HTML of others.

use crate::support::Stopwatch;
use cyanotype::activitypub::html::{MAX_HTML, sanitize, to_plain_text};
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
