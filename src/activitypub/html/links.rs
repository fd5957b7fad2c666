//! Links that prove something: one that is all there is of a profile's line, and one back with `rel="me"`.

use super::tokens::{Tag, Token, Tokens, decode};
use url::Url;

/// The address that a line of HTML is, when it is one link and nothing else, and what is to be read is the
/// address itself: whoever reads it knows where it leads.
pub fn only_link(html: &str) -> Option<String> {
    let (mut href, mut open, mut read) = (None, false, String::new());
    for token in Tokens::new(html) {
        match token {
            Token::Open(tag) if tag.name == "a" => {
                if href.is_some() {
                    return None;
                }
                href = Some(decode(tag.href?).into_owned());
                open = true;
            }
            Token::Close(name) if name == "a" => open = false,
            Token::Text(text) if open => read.push_str(&decode(text)),
            Token::Text(text) if !text.trim().is_empty() => return None,
            _ => {}
        }
    }
    let href = href?;
    let url = Url::parse(&href).ok()?;
    let honest = url.username().is_empty() && url.password().is_none() && url.host_str().is_some();
    let same = bare(read.trim()) == bare(&href) || bare(read.trim()) == bare(url.as_str());
    (honest && same).then(|| url.into())
}

/// Whether a page links to one of some addresses with `rel="me"`, in its head or in its body. `at` is where
/// the page was found.
pub fn links_back(html: &str, at: &Url, pages: &[String]) -> bool {
    let back = |tag: &Tag<'_>| {
        let me = tag.rel.is_some_and(|rel| decode(rel).split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("me")));
        let link = matches!(tag.name.as_str(), "a" | "link") && me;
        let href = tag.href.filter(|_| link).and_then(|href| at.join(decode(href).trim()).ok());
        href.is_some_and(|href| pages.iter().any(|page| is_same(&href, page)))
    };
    Tokens::with_heads(html).any(|token| matches!(token, Token::Open(tag) if back(&tag)))
}

/// The same page: a slash at the end and the case of letters aside.
fn is_same(href: &Url, page: &str) -> bool {
    Url::parse(page).is_ok_and(|page| bare(href.as_str()).eq_ignore_ascii_case(bare(page.as_str())))
}

fn bare(address: &str) -> &str {
    address.strip_suffix('/').unwrap_or(address)
}
