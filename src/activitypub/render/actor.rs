//! Actor documents (ActivityPub, section 4.1).

use super::emoji::{self, Emoji};
use super::{AS_CONTEXT, with};
use crate::activitypub::{SanitizedHtml, stamp};
use serde_json::{Value, json};

/// A picture of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub url: String,
    /// What the bytes are, exactly: `image/jpeg`.
    pub media_type: String,
    /// What is to be seen.
    pub alt: Option<String>,
}

/// A labelled line of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// Label.
    pub name: String,
    /// For an address alone: one link, whose text is the address ([`crate::activitypub::text::field_to_html`]).
    pub value: SanitizedHtml,
}

/// A person of this server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Nobody sits behind it: it is a `Service`.
    pub is_bot: bool,
    /// Id; never changes.
    pub id: String,
    /// `ada`.
    pub username: String,
    /// `ada@photos.example`, the name to be known by (FEP-2c59).
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Biography.
    pub summary: SanitizedHtml,
    /// Her page.
    pub url: String,
    /// `…/inbox`.
    pub inbox: String,
    /// `…/outbox`.
    pub outbox: String,
    /// `…/followers`; must end so, some peers know it by that.
    pub followers: String,
    /// `…/following`.
    pub following: String,
    /// Collection of pinned posts.
    pub featured: String,
    /// Collection of pinned hashtags.
    pub featured_tags: String,
    /// Inbox of the server.
    pub shared_inbox: String,
    /// `…#main-key`.
    pub public_key_id: String,
    /// SPKI PEM.
    pub public_key_pem: String,
    /// Id and Multikey of her Ed25519 key (FEP-521a).
    pub ed25519: Option<(String, String)>,
    /// When the account was made, milliseconds since 1970.
    pub published: i64,
    /// Approves followers one by one.
    pub locked: bool,
    /// May be suggested.
    pub discoverable: bool,
    /// Posts may be searched (FEP-5feb).
    pub indexable: bool,
    /// The person has died.
    pub memorial: bool,
    /// Suspended here: peers hide everything.
    pub suspended: bool,
    /// Other accounts of hers.
    pub also_known_as: Vec<String>,
    /// Where she has moved to.
    pub moved_to: Option<String>,
    /// Hosts whose pages may name her as their author.
    pub attribution_domains: Vec<String>,
    /// Portrait.
    pub icon: Option<Picture>,
    /// Wide picture.
    pub image: Option<Picture>,
    /// Labelled lines.
    pub fields: Vec<Field>,
    /// Custom emoji of name, biography and lines.
    pub emoji: Vec<Emoji>,
}

/// The actor of the server itself, which signs requests nobody in particular makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// Id.
    pub id: String,
    /// The host name, also as user name: `photos.example`.
    pub host: String,
    /// Host of its handle, where that is another.
    pub handle_host: String,
    /// Name of the server.
    pub name: String,
    /// Its front page.
    pub url: String,
    /// Its own inbox.
    pub inbox: String,
    /// Its own (empty) outbox.
    pub outbox: String,
    /// Inbox of the server.
    pub shared_inbox: String,
    /// `…#main-key`.
    pub public_key_id: String,
    /// SPKI PEM.
    pub public_key_pem: String,
    /// Id and Multikey of its Ed25519 key (FEP-521a).
    pub ed25519: Option<(String, String)>,
}

fn context() -> Value {
    json!([AS_CONTEXT, "https://w3id.org/security/v1", "https://w3id.org/security/multikey/v1", {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "memorial": "toot:memorial",
        "suspended": "toot:suspended",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "Emoji": "toot:Emoji",
        "Hashtag": "as:Hashtag"
    }])
}

/// The document of a person.
pub fn person(person: &Person) -> Value {
    let mut document = json!({
        "id": person.id,
        "type": if person.is_bot { "Service" } else { "Person" },
        "preferredUsername": person.username,
        "webfinger": person.handle,
        "name": person.name,
        "summary": person.summary,
        "url": person.url,
        "inbox": person.inbox,
        "outbox": person.outbox,
        "followers": person.followers,
        "following": person.following,
        "featured": person.featured,
        "featuredTags": person.featured_tags,
        "endpoints": {"sharedInbox": person.shared_inbox},
        "published": stamp::write(person.published),
        // Some peers take its absence for "true".
        "manuallyApprovesFollowers": person.locked,
        "discoverable": person.discoverable,
        "indexable": person.indexable,
        "memorial": person.memorial,
        "alsoKnownAs": person.also_known_as,
        "attributionDomains": person.attribution_domains,
        "publicKey": {
            "id": person.public_key_id,
            "owner": person.id,
            "publicKeyPem": person.public_key_pem,
        },
        "attachment": person.fields.iter().map(field).collect::<Vec<_>>(),
        "tag": person.emoji.iter().map(emoji::tag).collect::<Vec<_>>(),
    });
    document_ed25519(&mut document, &person.id, &person.ed25519);
    if person.suspended {
        document["suspended"] = json!(true);
    }
    if let Some(target) = &person.moved_to {
        document["movedTo"] = json!(target);
    }
    for (name, shown) in [("icon", &person.icon), ("image", &person.image)] {
        if let Some(shown) = shown {
            document[name] = picture(shown);
        }
    }
    with(context(), document)
}

/// The document of the server's own actor.
pub fn application(server: &Application) -> Value {
    let mut document = json!({
        "id": server.id,
        "type": "Application",
        "preferredUsername": server.host,
        "webfinger": format!("{}@{}", server.host, server.handle_host),
        "name": server.name,
        "summary": "",
        "url": server.url,
        "inbox": server.inbox,
        "outbox": server.outbox,
        "endpoints": {"sharedInbox": server.shared_inbox},
        "manuallyApprovesFollowers": true,
        "discoverable": false,
        "indexable": false,
        "publicKey": {
            "id": server.public_key_id,
            "owner": server.id,
            "publicKeyPem": server.public_key_pem,
        },
        "alsoKnownAs": [],
        "attachment": [],
        "tag": [],
    });
    document_ed25519(&mut document, &server.id, &server.ed25519);
    with(context(), document)
}

/// The RSA key stays the only one in `publicKey`: several peers read one there, and only RSA.
fn document_ed25519(document: &mut Value, owner: &str, key: &Option<(String, String)>) {
    if let Some((id, multikey)) = key {
        document["assertionMethod"] =
            json!([{"id": id, "type": "Multikey", "controller": owner, "publicKeyMultibase": multikey}]);
    }
}

fn field(field: &Field) -> Value {
    json!({"type": "PropertyValue", "name": field.name, "value": field.value})
}

fn picture(shown: &Picture) -> Value {
    let mut picture = json!({"type": "Image", "mediaType": shown.media_type, "url": shown.url});
    if let Some(alt) = shown.alt.as_ref().filter(|alt| !alt.is_empty()) {
        picture["name"] = json!(alt);
    }
    picture
}
