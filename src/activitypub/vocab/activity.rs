//! Activities: something somebody did (ActivityStreams vocabulary, section 2.1 and 3.1).

use super::ReadError;
use super::field::{self, Object};
use crate::activitypub::{ActivityId, RemoteId};
use serde_json::Value;

/// Most objects one activity (a report) may name.
const MAX_OBJECTS: usize = 100;
/// Longest comment of a report, in characters.
const MAX_CONTENT: usize = 5000;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityKind {
    /// Asks to follow.
    Follow,
    /// Says yes to a Follow or a QuoteRequest.
    Accept,
    /// Says no, or ends what was accepted.
    Reject,
    /// Takes back.
    Undo,
    /// A new post.
    Create,
    /// A changed post or profile.
    Update,
    /// Something is gone.
    Delete,
    /// Likes. Also a reaction with an emoji (`EmojiReact`, FEP-c0e0).
    Like,
    /// Boosts.
    Announce,
    /// Pins.
    Add,
    /// Unpins.
    Remove,
    /// Blocks.
    Block,
    /// Reports.
    Flag,
    /// Has moved to another account.
    Move,
    /// Asks to quote (FEP-044f).
    QuoteRequest,
    /// Something else: accepted and ignored.
    Other(String),
}

impl ActivityKind {
    /// From the word in `type`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "Follow" => Self::Follow,
            "Accept" => Self::Accept,
            "Reject" => Self::Reject,
            "Undo" => Self::Undo,
            "Create" => Self::Create,
            "Update" => Self::Update,
            "Delete" => Self::Delete,
            "Like" | "EmojiReact" => Self::Like,
            "Announce" => Self::Announce,
            "Add" => Self::Add,
            "Remove" => Self::Remove,
            "Block" => Self::Block,
            "Flag" => Self::Flag,
            "Move" => Self::Move,
            "QuoteRequest" => Self::QuoteRequest,
            other => Self::Other(other.chars().take(64).collect()),
        }
    }

    fn is_known(name: &str) -> bool {
        !matches!(Self::from_name(name), Self::Other(_))
    }
}

/// What an activity is about: named, or carried along. What is carried is believed only when it is
/// the signer's own; everything else is an id to fetch (FEP-fe34).
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectRef {
    /// By its id.
    Id(ActivityId),
    /// As a whole.
    Embedded {
        /// Its id, when it has a usable one.
        id: Option<ActivityId>,
        /// Its type, when it has one.
        kind: Option<String>,
        /// All of it.
        value: Value,
    },
}

impl ObjectRef {
    /// Reads a string or an object; `None` for anything else and for a string that is no id.
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => ActivityId::parse(text).ok().map(ObjectRef::Id),
            Value::Object(object) => Some(ObjectRef::Embedded {
                id: object.get("id").and_then(Value::as_str).and_then(|id| ActivityId::parse(id).ok()),
                kind: field::kind(object, |_| true).map(|kind| kind.chars().take(64).collect()),
                value: value.clone(),
            }),
            _ => None,
        }
    }

    /// Its id, with a fragment if it has one: what a Follow or a Like is known by.
    pub fn id(&self) -> Option<&ActivityId> {
        match self {
            ObjectRef::Id(id) => Some(id),
            ObjectRef::Embedded { id, .. } => id.as_ref(),
        }
    }

    /// Its id as something that can be fetched: an actor, a post.
    pub fn remote_id(&self) -> Option<RemoteId> {
        self.id().and_then(ActivityId::to_remote_id)
    }

    /// Its type, when it is carried along.
    pub fn kind(&self) -> Option<&str> {
        match self {
            ObjectRef::Id(_) => None,
            ObjectRef::Embedded { kind, .. } => kind.as_deref(),
        }
    }

    /// The whole of it, when it is carried along.
    pub fn value(&self) -> Option<&Value> {
        match self {
            ObjectRef::Id(_) => None,
            ObjectRef::Embedded { value, .. } => Some(value),
        }
    }

    /// The activity inside an Undo, an Accept or a Reject, when it is carried along.
    pub fn activity(&self) -> Option<Activity> {
        Activity::read(self.value()?).ok()
    }
}

/// Something somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Its id; a few peers send none. Always on the actor's server.
    pub id: Option<ActivityId>,
    /// What was done.
    pub kind: ActivityKind,
    /// Who did it: one actor, never a list.
    pub actor: RemoteId,
    /// What it is about; the first when there are several.
    pub object: ObjectRef,
    /// Ids of everything it is about, for reports.
    pub objects: Vec<ActivityId>,
    /// Where to: the collection of an Add, the new account of a Move.
    pub target: Option<RemoteId>,
    /// The quoting post of a QuoteRequest.
    pub instrument: Option<RemoteId>,
    /// The quoting post itself, when it was carried along.
    pub carried: Option<Value>,
    /// The stamp in an Accept of a QuoteRequest.
    pub result: Option<RemoteId>,
    /// As written.
    pub to: Vec<String>,
    /// As written.
    pub cc: Vec<String>,
    /// Milliseconds since 1970.
    pub published: Option<i64>,
    /// Comment of a report, emoji of a reaction; plain text.
    pub content: Option<String>,
}

impl Activity {
    /// Reads an activity. Of kinds not known here the object may be anything.
    pub fn read(value: &Value) -> Result<Self, ReadError> {
        let object = field::object(value)?;
        let name = field::kind(object, ActivityKind::is_known).ok_or(ReadError::Missing("type"))?;
        let kind = ActivityKind::from_name(name);
        let actor = field::required_id(object, "actor")?;
        let id = match field::get(object, "id") {
            None => None,
            Some(Value::String(text)) => Some(ActivityId::parse(text).map_err(|error| ReadError::BadId("id", error))?),
            Some(_) => return Err(ReadError::Missing("id")),
        };
        if id.as_ref().is_some_and(|id| id.host() != actor.host()) {
            return Err(ReadError::ForeignHost("id"));
        }
        let all = field::many(field::get(object, "object"));
        let subject = match (all.iter().find_map(ObjectRef::read), &kind) {
            (Some(subject), _) => subject,
            (None, ActivityKind::Other(_)) => ObjectRef::Embedded { id: None, kind: None, value: Value::Null },
            (None, _) => return Err(ReadError::Missing("object")),
        };
        let usable = all.iter().filter_map(ObjectRef::read).take(MAX_OBJECTS);
        Ok(Activity {
            id,
            kind,
            actor,
            object: subject,
            objects: usable.filter_map(|object| object.id().cloned()).collect(),
            target: field::optional_id(object, "target"),
            instrument: field::optional_id(object, "instrument"),
            carried: field::get(object, "instrument")
                .filter(|value| value.is_object() && value.get("type").is_some())
                .cloned(),
            result: field::optional_id(object, "result"),
            to: field::addresses(object, "to"),
            cc: field::addresses(object, "cc"),
            published: field::time(object, "published"),
            content: comment(object),
        })
    }

    /// True for the news that somebody deleted or changed her own account, which reaches every
    /// server whether it ever heard of her or not: `object` is the actor.
    pub fn is_about_self(&self) -> bool {
        matches!(self.kind, ActivityKind::Delete | ActivityKind::Update)
            && self.object.id().is_some_and(|id| id.as_str() == self.actor.as_str())
    }
}

fn comment(object: &Object) -> Option<String> {
    let text = field::text(object, "content").or_else(|| object.get("_misskey_reaction")?.as_str())?;
    let text = field::lines(&crate::activitypub::html::to_plain_text(text), MAX_CONTENT);
    (!text.is_empty()).then_some(text)
}
