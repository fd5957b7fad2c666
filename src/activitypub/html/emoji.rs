//! Pictures in place of `:name:`, in HTML that is safe already.

use super::SanitizedHtml;
use crate::activitypub::text::escape;
use crate::activitypub::vocab::emoji::is_shortcode;

/// Puts pictures where names of custom emoji stand in the text of safe HTML; `picture` gives the path or
/// https address of one, or nothing, and then the name stays. What is within tags is left alone.
pub fn with_emoji(html: &SanitizedHtml, picture: impl Fn(&str) -> Option<String>) -> SanitizedHtml {
    let mut out = String::with_capacity(html.as_str().len());
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        put(text, &picture, &mut out);
        let end = end_of_tag(tag);
        out.push_str(&tag[..end]);
        rest = &tag[end..];
    }
    put(rest, &picture, &mut out);
    SanitizedHtml::from_own_markup(out)
}

/// The same for plain text.
pub fn name_with_emoji(name: &str, picture: impl Fn(&str) -> Option<String>) -> SanitizedHtml {
    with_emoji(&SanitizedHtml::from_own_markup(escape(name)), picture)
}

/// Past the closing sign of the tag that `html` begins with; one within quotes closes nothing.
fn end_of_tag(html: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    html.len()
}

/// One stretch of text. A name stands free: no letter, digit or colon touches its colons.
fn put(text: &str, picture: &impl Fn(&str) -> Option<String>, out: &mut String) {
    let mut rest = text;
    let mut before: Option<char> = None;
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != ':');
    while let Some(at) = rest.find(':') {
        let (plain, colon) = rest.split_at(at);
        out.push_str(plain);
        before = plain.chars().next_back().or(before);
        let name = colon[1..].split(':').next().unwrap_or_default();
        let after = colon.get(name.len() + 2..);
        let stands = free(before) && is_shortcode(name) && after.is_some_and(|after| free(after.chars().next()));
        match after.filter(|_| stands).and_then(|after| Some((after, picture(name)?))) {
            Some((after, source)) => {
                let source = escape(&source);
                out.push_str(&format!(
                    "<img class=\"emoji\" src=\"{source}\" alt=\":{name}:\" title=\":{name}:\" height=\"20\" \
                     loading=\"lazy\" decoding=\"async\" draggable=\"false\">"
                ));
                (rest, before) = (after, None);
            }
            None => {
                out.push(':');
                (rest, before) = (&colon[1..], Some(':'));
            }
        }
    }
    out.push_str(rest);
}
