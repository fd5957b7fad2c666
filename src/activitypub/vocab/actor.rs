//! Actors: people, groups and programs, and the keys they sign with.

use super::ReadError;
use super::emoji::{self, Emoji};
use super::field::{self, Object};
use crate::activitypub::id::RemoteId;
use crate::activitypub::signature::{KeyKind, PublicKey};
use crate::activitypub::webfinger::is_user_name;
use crate::activitypub::{KeyId, html};
use serde_json::Value;

/// Limits on what a profile may bring; the usual ones of large servers.
pub const MAX_NAME: usize = 2048;
/// Longest biography, in bytes of HTML.
pub const MAX_SUMMARY: usize = 20_000;
/// Most labelled fields.
pub const MAX_FIELDS: usize = 50;
/// Longest label and longest value of a field.
pub const MAX_FIELD: usize = 2047;
/// Most other accounts named in `alsoKnownAs`.
pub const MAX_ALIASES: usize = 256;
/// Most tags looked at.
const MAX_TAGS: usize = 200;
/// Most keys looked at.
const MAX_KEYS: usize = 10;

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// A human being.
    Person,
    /// Several people under one name.
    Group,
    /// An organisation.
    Organization,
    /// A program; servers sign their requests as one.
    Application,
    /// A bot.
    Service,
}

impl ActorKind {
    /// From the word in `type`; `None` for what is no actor.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Person" => Self::Person,
            "Group" => Self::Group,
            "Organization" => Self::Organization,
            "Application" => Self::Application,
            "Service" => Self::Service,
            _ => return None,
        })
    }

    /// The word in `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Group => "Group",
            Self::Organization => "Organization",
            Self::Application => "Application",
            Self::Service => "Service",
        }
    }
}

/// A key an actor lists, and that names the actor as its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorKey {
    /// Id of the key, on the actor's server.
    pub id: KeyId,
    /// The actor.
    pub owner: RemoteId,
    /// The key as it is written there: a PEM, or a Multikey (FEP-521a). One that can be used.
    pub text: String,
}

impl ActorKey {
    fn is_rsa(&self) -> bool {
        PublicKey::read(&self.text).is_ok_and(|key| key.kind() == KeyKind::Rsa)
    }
}

/// A labelled line of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileField {
    /// Label, plain text.
    pub name: String,
    /// HTML as received; not safe to show.
    pub value: String,
}

/// An actor of another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its id.
    pub id: RemoteId,
    /// What it is.
    pub kind: ActorKind,
    /// Name on its server; to be confirmed by WebFinger before it is shown.
    pub preferred_username: String,
    /// `ada@photos.example` as the actor itself says it (FEP-2c59); equally to be confirmed.
    pub webfinger: Option<String>,
    /// Display name, plain text, may be empty.
    pub name: String,
    /// Biography, HTML as received; not safe to show.
    pub summary: String,
    /// Its page, on its own server.
    pub url: Option<String>,
    /// Where it is written to.
    pub inbox: RemoteId,
    /// What it published.
    pub outbox: Option<RemoteId>,
    /// One inbox for all actors of the server.
    pub shared_inbox: Option<RemoteId>,
    /// Who follows it; the address its followers-only posts carry.
    pub followers: Option<RemoteId>,
    /// Whom it follows.
    pub following: Option<RemoteId>,
    /// Its pinned posts.
    pub featured: Option<RemoteId>,
    /// The keys it may sign with, those that are usable.
    pub public_keys: Vec<ActorKey>,
    /// Approves followers one by one.
    pub locked: bool,
    /// Wants to be found and suggested.
    pub discoverable: bool,
    /// Wants its posts to be searched (FEP-5feb).
    pub indexable: bool,
    /// Portrait.
    pub icon_url: Option<String>,
    /// Picture at the head of the profile.
    pub image_url: Option<String>,
    /// Labelled lines.
    pub fields: Vec<ProfileField>,
    /// Custom emoji of its name, biography and lines.
    pub emoji: Vec<Emoji>,
    /// Other accounts it says are its own.
    pub also_known_as: Vec<RemoteId>,
    /// Where it has moved to.
    pub moved_to: Option<RemoteId>,
    /// When the account was made, milliseconds since 1970.
    pub published: Option<i64>,
    /// Its server has suspended it.
    pub suspended: bool,
}

impl Actor {
    /// Reads an actor. Refused without an id, an inbox on the same server and a user name; other
    /// addresses on other servers are left out.
    pub fn read(value: &Value) -> Result<Self, ReadError> {
        let object = field::object(value)?;
        let id = field::required_id(object, "id")?;
        let kind =
            field::kind(object, |kind| ActorKind::from_name(kind).is_some()).ok_or(ReadError::Missing("type"))?;
        let kind = ActorKind::from_name(kind).ok_or_else(|| ReadError::OtherType(kind.chars().take(64).collect()))?;
        let inbox = field::required_id(object, "inbox")?;
        if !inbox.same_origin(&id) {
            return Err(ReadError::ForeignHost("inbox"));
        }
        let own = |name| field::optional_id(object, name).filter(|address| address.same_origin(&id));
        let webfinger = webfinger(object);
        let name = field::line(field::text(object, "name").unwrap_or(""), MAX_NAME);
        let summary = field::raw_html(field::text(object, "summary").unwrap_or(""), MAX_SUMMARY);
        let fields = fields(object);
        Ok(Actor {
            emoji: used_emoji(object, &name, &summary, &fields),
            kind,
            preferred_username: user_name(object, webfinger.as_deref())?,
            webfinger,
            name,
            summary,
            url: field::page(object).filter(|url| on_host(url, id.host())),
            outbox: own("outbox"),
            shared_inbox: shared_inbox(object, &id),
            followers: own("followers"),
            following: own("following"),
            featured: own("featured"),
            public_keys: keys(object, &id),
            locked: field::flag(object, "manuallyApprovesFollowers"),
            discoverable: field::flag(object, "discoverable"),
            indexable: field::flag(object, "indexable"),
            icon_url: field::picture(field::get(object, "icon")),
            image_url: field::picture(field::get(object, "image")),
            fields,
            also_known_as: aliases(object),
            moved_to: field::optional_id(object, "movedTo").filter(|target| *target != id),
            published: field::time(object, "published"),
            suspended: field::flag(object, "suspended"),
            inbox,
            id,
        })
    }

    /// The key other servers would use: the first RSA key.
    pub fn public_key(&self) -> Option<&ActorKey> {
        self.public_keys.iter().find(|key| key.is_rsa())
    }

    /// The other keys.
    pub fn other_keys(&self) -> impl Iterator<Item = &ActorKey> {
        let first = self.public_key().map(|key| &key.id);
        self.public_keys.iter().filter(move |key| Some(&key.id) != first)
    }

    /// The key of this id, when the actor lists it.
    pub fn key(&self, id: &KeyId) -> Option<&ActorKey> {
        self.public_keys.iter().find(|key| key.id == *id)
    }
}

/// True when the address leads to `host`. Elsewhere, it would show another server's name.
fn on_host(address: &str, host: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.host_str() == Some(host) && url.port().is_none())
}

fn webfinger(object: &Object) -> Option<String> {
    let handle = crate::activitypub::webfinger::Handle::parse(object.get("webfinger")?.as_str()?)?;
    Some(handle.to_string())
}

fn user_name(object: &Object, webfinger: Option<&str>) -> Result<String, ReadError> {
    let name = object.get("preferredUsername").and_then(Value::as_str);
    let name = name.or_else(|| webfinger?.split_once('@').map(|(user, _)| user));
    let name = name.filter(|name| is_user_name(name)).ok_or(ReadError::Missing("preferredUsername"))?;
    Ok(name.to_owned())
}

/// On the same server, or on one above or below it (`social.example` and `ap.social.example`).
/// Elsewhere it is ignored: posts for this actor would go to somebody else.
fn shared_inbox(object: &Object, id: &RemoteId) -> Option<RemoteId> {
    let endpoints = object.get("endpoints").and_then(Value::as_object);
    let address = endpoints.and_then(|endpoints| field::optional_id(endpoints, "sharedInbox"));
    let address = address.or_else(|| field::optional_id(object, "sharedInbox"))?;
    let below =
        |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let (a, b) = (address.host(), id.host());
    (below(a, b) || below(b, a)).then_some(address)
}

/// The keys in `publicKey` and, as Multikeys, in `assertionMethod` (FEP-521a). An RSA key may stand in
/// both; it counts once.
fn keys(object: &Object, actor: &RemoteId) -> Vec<ActorKey> {
    let mut found: Vec<ActorKey> = Vec::new();
    for key in key_objects(object).filter_map(key).filter(|key| key.owner == *actor) {
        if !found.iter().any(|known| known.id == key.id) {
            found.push(key);
        }
    }
    found
}

/// What may be keys within an actor.
fn key_objects(object: &Object) -> impl Iterator<Item = &Object> {
    let members = ["publicKey", "assertionMethod"].into_iter();
    members.flat_map(|name| field::many(field::get(object, name)).iter().take(MAX_KEYS)).filter_map(Value::as_object)
}

/// A key that names its owner, both on the same server.
fn key(object: &Object) -> Option<ActorKey> {
    let id = KeyId::parse(object.get("id")?.as_str()?).ok()?;
    let (owner, text) = match field::kind(object, |kind| kind == "Multikey") {
        Some("Multikey") => (field::optional_id(object, "controller")?, object.get("publicKeyMultibase")?.as_str()?),
        _ => (field::optional_id(object, "owner")?, object.get("publicKeyPem")?.as_str()?),
    };
    let usable = id.host() == owner.host() && PublicKey::read(text).is_ok();
    usable.then(|| ActorKey { id, owner, text: text.to_owned() })
}

fn fields(object: &Object) -> Vec<ProfileField> {
    let is_field = |value: &&Value| value.get("type").and_then(Value::as_str) == Some("PropertyValue");
    let all = field::many(field::get(object, "attachment")).iter().filter(is_field);
    let read = |value: &Value| {
        let name = field::line(value.get("name")?.as_str()?, MAX_FIELD);
        let value = html::truncate(value.get("value")?.as_str()?, MAX_FIELD);
        Some(ProfileField { name, value: value.to_owned() })
    };
    all.filter_map(read).take(MAX_FIELDS).collect()
}

fn used_emoji(object: &Object, name: &str, summary: &str, fields: &[ProfileField]) -> Vec<Emoji> {
    let tags = field::many(field::get(object, "tag"));
    let lines = fields.iter().flat_map(|field| [field.name.as_str(), field.value.as_str()]);
    let texts: Vec<&str> = [name, summary].into_iter().chain(lines).collect();
    emoji::read_all(&tags[..tags.len().min(MAX_TAGS)], &texts)
}

fn aliases(object: &Object) -> Vec<RemoteId> {
    let all = field::many(field::get(object, "alsoKnownAs")).iter().take(MAX_ALIASES);
    all.filter_map(|value| RemoteId::parse(field::id_text(value)?).ok()).collect()
}

/// What a key's id leads to: a whole actor, an actor's stub, or a document of the key alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDocument {
    /// The key. Not to be believed before the actor `key.owner` lists it too.
    pub key: ActorKey,
}

impl KeyDocument {
    /// Finds the key `wanted` in what its id led to. A document that speaks of another key is
    /// refused, so that none can be filed under a wrong name.
    pub fn read(value: &Value, wanted: &KeyId) -> Result<Self, ReadError> {
        let object = field::object(value)?;
        let inside = key_objects(object).chain(std::iter::once(object));
        let found = inside.filter_map(key).find(|key| key.id == *wanted);
        found.map(|key| KeyDocument { key }).ok_or(ReadError::Missing("publicKey"))
    }
}
