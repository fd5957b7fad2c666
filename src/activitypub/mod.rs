//! ActivityPub as bytes and values: reading what other servers say (tolerantly), writing what this
//! one says (strictly), signing and verifying, text and HTML. Knows no table, no socket, no clock.
//!
//! - [`id`]: addresses that name things: [`RemoteId`], [`ActivityId`], [`KeyId`]
//! - [`negotiate`]: which media types are asked for and which may be believed
//! - [`visibility`]: who may see a post, and how that is said in `to` and `cc`
//! - [`signature`]: HTTP signatures and the keys behind them
//! - [`vocab`]: documents of others, read into checked values
//! - [`render`]: our documents, written from plain values
//! - [`text`]: captions: hashtags, mentions, links, paragraphs
//! - [`html`]: the HTML of others, made safe
//! - [`webfinger`], [`nodeinfo`]: how servers find one another
//! - [`stamp`]: times as they are written on the wire

pub mod html;
pub mod id;
pub mod negotiate;
pub mod nodeinfo;
pub mod render;
pub mod signature;
pub mod stamp;
pub mod text;
pub mod visibility;
pub mod vocab;
pub mod webfinger;

pub use html::SanitizedHtml;
pub use id::{ActivityId, IdError, KeyId, RemoteId};
pub use negotiate::{is_activity_content_type, is_inbox_content_type, wants_activitypub};
pub use visibility::Visibility;

/// The JSON-LD context of ActivityStreams 2.0; peers compare this string, they do not fetch it.
pub const AS_CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// The collection "everybody" (ActivityPub, section 5.6), in the one spelling we write.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What our ActivityPub answers and deliveries carry as `Content-Type`; every known peer takes it.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// The other media type ActivityPub names (section 3.2).
pub const LD_JSON: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// What we send as `Accept` when we fetch a document.
pub const ACCEPT_DOCUMENTS: &str =
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// `Content-Type` of a WebFinger answer (RFC 7033, section 10.2).
pub const JRD_JSON: &str = "application/jrd+json; charset=utf-8";

/// What we send as `Accept` when we ask WebFinger.
pub const ACCEPT_JRD: &str = "application/jrd+json, application/json";

/// `Content-Type` of `/.well-known/host-meta` (RFC 6415).
pub const XRD_XML: &str = "application/xrd+xml; charset=utf-8";
