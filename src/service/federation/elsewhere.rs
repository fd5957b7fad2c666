//! The way to one's own server: whoever has an account elsewhere follows from there. Its WebFinger says
//! where that is done.

use super::fetch::Budget;
use super::people;
use crate::activitypub::webfinger::Handle;
use crate::app::App;
use crate::clock::HOUR;
use crate::service::sessions::take_attempt;
use crate::service::{Refusal, limits};
use url::Url;

/// Where most servers do it, for those that do not say.
const USUAL: &str = "/authorize_interaction?uri={uri}";

/// Where somebody goes with an address of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub host: String,
    pub address: String,
}

/// The page of a visitor's own server that follows, likes or answers what is at `uri`. One request, and
/// not many of them: a visitor asks.
pub async fn way(app: &App, handle: &str, uri: &str, client: &str) -> Result<Way, Refusal> {
    let wrong = || {
        Refusal::invalid("handle", "Write your whole handle, such as @you@your.server: the server is its second half.")
    };
    let text = handle.trim().trim_end_matches('/');
    let handle = Handle::parse(text).ok_or_else(wrong)?;
    let buckets = [
        (format!("elsewhere:{client}"), limits::ELSEWHERE_PER_CLIENT),
        ("elsewhere".to_owned(), limits::ELSEWHERE_IN_ALL),
    ];
    take_attempt(app, &buckets, HOUR).await?;
    let jrd = people::ask_webfinger(app, &handle, &Budget::of(1)).await;
    let usual = || format!("https://{}{USUAL}", handle.host);
    let template = jrd.ok().and_then(|jrd| jrd.subscribe).unwrap_or_else(usual);
    let address = fill_in(&template, uri).or_else(|| fill_in(&usual(), uri)).ok_or_else(wrong)?;
    Ok(Way { host: address.host_str().unwrap_or_default().to_owned(), address: address.into() })
}

/// An address for browsers: https, of a server with a name, without a password in it.
pub fn fill_in(template: &str, uri: &str) -> Option<Url> {
    let filled = template.replace("{uri}", &super::urls::segment(uri));
    let url = Url::parse(&filled).ok()?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    (plain && url.domain().is_some_and(|d| d.contains('.')) && url.port().is_none()).then_some(url)
}
