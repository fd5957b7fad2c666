//! WebFinger (RFC 7033) and host-meta (RFC 6415): from a handle to an actor and back.

use super::id::{RemoteId, is_full_name};
use super::{ACTIVITY_JSON, LD_JSON};
use serde_json::{Value, json};
use std::fmt;
use url::Url;

/// Longest `resource` looked at.
const MAX_RESOURCE: usize = 2048;
/// `rel` of the page where a visitor follows from her own server.
const REL_SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";

/// A person's name in the fediverse: `ada@photos.example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The part before the `@`, as written.
    pub user: String,
    /// The part after it, lower-case; punycode when it has other letters.
    pub host: String,
}

impl Handle {
    /// Reads `ada@photos.example`, `@ada@photos.example` or `acct:ada@photos.example`.
    pub fn parse(text: &str) -> Option<Handle> {
        if text.len() > MAX_RESOURCE {
            return None;
        }
        let text = text.trim();
        let bare = match text.get(..5) {
            Some(scheme) if scheme.eq_ignore_ascii_case("acct:") => &text[5..],
            _ => text,
        };
        let bare = bare.strip_prefix('@').unwrap_or(bare);
        let (user, host) = bare.split_once('@')?;
        let host = host_name(host)?;
        is_user_name(user).then(|| Handle { user: user.to_owned(), host })
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

/// Canonical form of a host name; `None` for addresses, ports, single labels.
pub fn host_name(host: &str) -> Option<String> {
    if host.is_empty() || host.len() > 253 || host.contains(['/', '?', '#', '@', ':', '\\', '%']) {
        return None;
    }
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    match url.host() {
        Some(url::Host::Domain(name)) if is_full_name(name) => Some(name.to_owned()),
        _ => None,
    }
}

/// Letters, digits and underscores, with dots and hyphens inside, as other servers have them.
pub fn is_user_name(user: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    user.len() <= 512
        && user.chars().all(|c| word(c) || c == '.' || c == '-')
        && user.chars().next().is_some_and(word)
        && user.chars().next_back().is_some_and(word)
}

/// What a WebFinger query asks for. Users are lower-case: names here are unique without regard to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A handle: `acct:ada@photos.example`, with or without scheme, any case.
    Account(Handle),
    /// A profile page: `https://photos.example/@ada`.
    Page(Handle),
    /// The server itself, whose answer is the instance actor: `https://photos.example/`,
    /// `acct:photos.example@photos.example`.
    Server {
        /// Which server.
        host: String,
    },
    /// Any other address on a host: an actor's id.
    Address {
        /// Which server.
        host: String,
        /// Path as asked.
        path: String,
    },
}

/// Reads the (already decoded) `resource` parameter; `None` when it is no form known.
pub fn parse_resource(resource: &str) -> Option<Resource> {
    let resource = resource.trim();
    if resource.is_empty() || resource.len() > MAX_RESOURCE {
        return None;
    }
    let scheme = resource.get(..8).unwrap_or(resource).to_ascii_lowercase();
    if scheme.starts_with("https://") || scheme.starts_with("http://") {
        return parse_address(resource);
    }
    if !resource.contains('@') && !scheme.starts_with("acct:") {
        return Some(Resource::Server { host: host_name(resource)? });
    }
    let handle = Handle::parse(resource)?;
    if handle.user.eq_ignore_ascii_case(&handle.host) {
        return Some(Resource::Server { host: handle.host });
    }
    Some(Resource::Account(lower(handle)))
}

fn lower(handle: Handle) -> Handle {
    Handle { user: handle.user.to_lowercase(), host: handle.host }
}

fn parse_address(resource: &str) -> Option<Resource> {
    let url = Url::parse(resource).ok()?;
    let host = host_name(url.host_str()?)?;
    if url.port().is_some() || !url.username().is_empty() {
        return None;
    }
    let path = url.path();
    if path == "/" && url.query().is_none() {
        return Some(Resource::Server { host });
    }
    if let Some(user) = path.strip_prefix("/@").map(|user| user.trim_end_matches('/'))
        && is_user_name(user)
    {
        return Some(Resource::Page(lower(Handle { user: user.to_owned(), host })));
    }
    Some(Resource::Address { host, path: path.to_owned() })
}

/// What we answer about one of our accounts.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// `ada@photos.example`, in the canonical spelling.
    pub handle: String,
    /// Id of the actor; must equal its document's `id` byte for byte.
    pub actor: String,
    /// Its page.
    pub page: String,
    /// Media type and address of the portrait.
    pub avatar: Option<(String, String)>,
    /// Where a visitor follows from elsewhere, with `{uri}` in it.
    pub subscribe: Option<String>,
}

/// The answer as JRD. The `self` link has exactly the media type peers compare with.
pub fn jrd(subject: &Subject) -> Value {
    let mut links = vec![
        json!({"rel": "self", "type": ACTIVITY_JSON, "href": subject.actor}),
        json!({"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": subject.page}),
    ];
    if let Some((media_type, href)) = &subject.avatar {
        links.push(json!({"rel": "http://webfinger.net/rel/avatar", "type": media_type, "href": href}));
    }
    if let Some(template) = &subject.subscribe {
        links.push(json!({"rel": REL_SUBSCRIBE, "template": template}));
    }
    let mut aliases = vec![subject.page.as_str()];
    if subject.actor != subject.page {
        aliases.push(&subject.actor);
    }
    json!({"subject": format!("acct:{}", subject.handle), "aliases": aliases, "links": links})
}

/// Why another server's answer is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JrdError {
    /// Not JSON, too large, too deep.
    #[error("the answer cannot be read")]
    Unreadable,
    /// `subject` is absent or no `acct:` name.
    #[error("the answer names no account")]
    NoSubject,
    /// No `self` link of an ActivityPub type with a usable address.
    #[error("the answer links to no actor")]
    NoActor,
}

/// What another server says about a handle. Believed only after the actor says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jrd {
    /// The account it speaks of; may differ from the one asked for.
    pub subject: Handle,
    /// The actor.
    pub actor: RemoteId,
    /// Template of the page for following from elsewhere.
    pub subscribe: Option<String>,
}

/// Reads another server's answer.
pub fn read_jrd(bytes: &[u8]) -> Result<Jrd, JrdError> {
    let value = super::vocab::parse(bytes).map_err(|_| JrdError::Unreadable)?;
    let subject = value.get("subject").and_then(Value::as_str).ok_or(JrdError::NoSubject)?;
    let subject = Handle::parse(subject).ok_or(JrdError::NoSubject)?;
    let links = value.get("links").and_then(Value::as_array).ok_or(JrdError::NoActor)?;
    let is_actor = |link: &&Value| {
        let kind = link.get("type").and_then(Value::as_str);
        link.get("rel").and_then(Value::as_str) == Some("self")
            && kind.is_some_and(|kind| kind == ACTIVITY_JSON || kind == LD_JSON)
    };
    let actor = links
        .iter()
        .filter(is_actor)
        .find_map(|link| RemoteId::parse(link.get("href")?.as_str()?).ok())
        .ok_or(JrdError::NoActor)?;
    let subscribe = links
        .iter()
        .find(|link| link.get("rel").and_then(Value::as_str) == Some(REL_SUBSCRIBE))
        .and_then(|link| link.get("template")?.as_str())
        .filter(|template| template.starts_with("https://") && template.contains("{uri}"))
        .map(str::to_owned);
    Ok(Jrd { subject, actor, subscribe })
}

/// `/.well-known/host-meta`. `origin` is `https://photos.example`.
pub fn host_meta_xml(origin: &str) -> String {
    let origin = super::text::escape(origin);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"{origin}/.well-known/webfinger?resource={{uri}}\"/>\n\
         </XRD>\n"
    )
}

/// `/.well-known/host-meta.json`.
pub fn host_meta_json(origin: &str) -> Value {
    json!({"links": [{
        "rel": "lrdd",
        "type": "application/jrd+json",
        "template": format!("{origin}/.well-known/webfinger?resource={{uri}}"),
    }]})
}

/// The WebFinger template another server's host-meta names, for servers whose answer is elsewhere.
/// Declarations of entities are refused by the parser.
pub fn read_host_meta(xml: &str) -> Option<String> {
    if xml.len() > 64 * 1024 {
        return None;
    }
    let document = roxmltree::Document::parse(xml).ok()?;
    let template = document
        .descendants()
        .filter(|node| node.tag_name().name() == "Link" && node.attribute("rel") == Some("lrdd"))
        .find_map(|node| node.attribute("template"))?;
    (template.starts_with("https://") && template.contains("{uri}")).then(|| template.to_owned())
}
