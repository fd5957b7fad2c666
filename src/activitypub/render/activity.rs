//! Everything people do besides posting (ActivityPub, section 6).

use super::{with_context, without_context};
use crate::activitypub::{PUBLIC, stamp};
use serde_json::{Value, json};

/// A Follow somebody sent us, as it has to be repeated in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFollow {
    /// Its id, byte for byte.
    pub id: String,
    /// Who asked.
    pub follower: String,
    /// Who is to be followed.
    pub followed: String,
}

/// A QuoteRequest somebody sent us (FEP-044f).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedQuoteRequest {
    /// Its id.
    pub id: String,
    /// Who asks.
    pub actor: String,
    /// The post of ours that is to be quoted.
    pub object: String,
    /// The quoting post.
    pub instrument: String,
}

/// Asks to follow `followed`.
pub fn follow(id: &str, follower: &str, followed: &str) -> Value {
    with_context(json!({"id": id, "type": "Follow", "actor": follower, "object": followed, "to": [followed]}))
}

/// Says yes. The Follow is carried along, which some peers need to know which one is meant.
pub fn accept(id: &str, follow: &ReceivedFollow) -> Value {
    answer("Accept", id, follow)
}

/// Says no, or ends a following that was accepted before.
pub fn reject(id: &str, follow: &ReceivedFollow) -> Value {
    answer("Reject", id, follow)
}

fn answer(kind: &str, id: &str, follow: &ReceivedFollow) -> Value {
    with_context(json!({
        "id": id,
        "type": kind,
        "actor": follow.followed,
        "to": [follow.follower],
        "object": {"id": follow.id, "type": "Follow", "actor": follow.follower, "object": follow.followed},
    }))
}

/// The terms of FEP-044f.
fn quote_context() -> Value {
    json!([super::AS_CONTEXT, {
        "gts": "https://gotosocial.org/ns#",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"}
    }])
}

/// Says yes to a request to quote; `author` is the author of our post, `stamp` the id of the proof.
pub fn accept_quote(id: &str, author: &str, request: &ReceivedQuoteRequest, stamp: &str) -> Value {
    let mut answer = answer_quote("Accept", id, author, request);
    answer["result"] = json!(stamp);
    answer
}

/// Says no to a request to quote.
pub fn reject_quote(id: &str, author: &str, request: &ReceivedQuoteRequest) -> Value {
    answer_quote("Reject", id, author, request)
}

fn answer_quote(kind: &str, id: &str, author: &str, request: &ReceivedQuoteRequest) -> Value {
    let document = json!({
        "id": id,
        "type": kind,
        "actor": author,
        "to": [request.actor],
        "object": {
            "id": request.id,
            "type": "QuoteRequest",
            "actor": request.actor,
            "object": request.object,
            "instrument": request.instrument,
        },
    });
    super::with(quote_context(), document)
}

/// The proof that a post may quote one of ours, as it is served at its id.
pub fn stamp(id: &str, author: &str, quoting: &str, quoted: &str) -> Value {
    let document = json!({
        "id": id,
        "type": "QuoteAuthorization",
        "attributedTo": author,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    });
    super::with(quote_context(), document)
}

/// Takes the proof back.
pub fn delete_stamp(id: &str, author: &str, to: &[String], cc: &[String], stamp: &str) -> Value {
    let document = json!({
        "id": id,
        "type": "Delete",
        "actor": author,
        "to": to,
        "cc": cc,
        "object": {"id": stamp, "type": "QuoteAuthorization"},
    });
    super::with(quote_context(), document)
}

/// Likes a post; told to its author alone.
pub fn like(id: &str, actor: &str, post: &str, author: &str) -> Value {
    with_context(json!({"id": id, "type": "Like", "actor": actor, "to": [author], "object": post}))
}

/// A choice in somebody's poll.
#[derive(Debug, Clone, Copy)]
pub struct Vote<'a> {
    /// Who votes.
    pub voter: &'a str,
    /// Who asked.
    pub asker: &'a str,
    /// The post that asks.
    pub question: &'a str,
    /// The option, byte for byte.
    pub name: &'a str,
}

/// Votes: a note with a name and without content, in answer to the poll, told to its author alone. It has
/// no `published`: nothing about it is to be shown.
pub fn vote(id: &str, note: &str, vote: Vote<'_>) -> Value {
    with_context(json!({
        "id": id,
        "type": "Create",
        "actor": vote.voter,
        "to": [vote.asker],
        "object": {
            "id": note,
            "type": "Note",
            "name": vote.name,
            "inReplyTo": vote.question,
            "attributedTo": vote.voter,
            "to": [vote.asker],
        },
    }))
}

/// Boosts a post. `to` and `cc` from [`crate::activitypub::visibility::addressing`], with the author
/// of the post among those mentioned.
pub fn announce(id: &str, actor: &str, post: &str, published: i64, to: &[String], cc: &[String]) -> Value {
    with_context(json!({
        "id": id,
        "type": "Announce",
        "actor": actor,
        "published": stamp::write(published),
        "to": to,
        "cc": cc,
        "object": post,
    }))
}

/// Takes back. The activity is carried along whole; peers find it by what is in it.
pub fn undo(id: &str, undone: Value) -> Value {
    let undone = without_context(undone);
    let list = |name: &str| undone.get(name).cloned().unwrap_or_else(|| json!([]));
    with_context(json!({
        "id": id,
        "type": "Undo",
        "actor": undone.get("actor"),
        "to": list("to"),
        "cc": list("cc"),
        "object": undone,
    }))
}

/// Pins a post: `featured` is the actor's collection, byte for byte.
pub fn add(id: &str, actor: &str, post: &str, featured: &str) -> Value {
    pin("Add", id, actor, post, featured)
}

/// Unpins a post.
pub fn remove(id: &str, actor: &str, post: &str, featured: &str) -> Value {
    pin("Remove", id, actor, post, featured)
}

fn pin(kind: &str, id: &str, actor: &str, post: &str, featured: &str) -> Value {
    pin_object(kind, id, actor, json!(post), featured)
}

fn pin_object(kind: &str, id: &str, actor: &str, object: Value, featured: &str) -> Value {
    with_context(json!({
        "id": id,
        "type": kind,
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "object": object,
        "target": featured,
    }))
}

/// Puts a hashtag at the head of the profile; `page` is where it leads.
pub fn add_tag(id: &str, actor: &str, name: &str, page: &str, featured: &str) -> Value {
    pin_object("Add", id, actor, json!({"type": "Hashtag", "name": format!("#{name}"), "href": page}), featured)
}

/// Takes it from there.
pub fn remove_tag(id: &str, actor: &str, name: &str, page: &str, featured: &str) -> Value {
    pin_object("Remove", id, actor, json!({"type": "Hashtag", "name": format!("#{name}"), "href": page}), featured)
}

/// Tells of a changed profile; `person` is the document from [`super::actor::person`].
pub fn update_actor(id: &str, actor: &str, person: Value) -> Value {
    let context = person.get("@context").cloned();
    let document = json!({
        "id": id,
        "type": "Update",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "object": without_context(person),
    });
    super::with(context.unwrap_or_else(|| json!(super::AS_CONTEXT)), document)
}

/// Tells that an account is gone, in the form nearly everybody reads.
pub fn delete_actor(actor: &str) -> Value {
    deletion(&format!("{actor}#delete"), actor, json!(actor))
}

/// The same in the form one kind of peer (Pixelfed) reads instead.
pub fn delete_actor_as_object(actor: &str) -> Value {
    deletion(&format!("{actor}#delete-person"), actor, json!({"id": actor, "type": "Person"}))
}

fn deletion(id: &str, actor: &str, object: Value) -> Value {
    with_context(json!({"id": id, "type": "Delete", "actor": actor, "to": [PUBLIC], "cc": [], "object": object}))
}

/// Tells followers where an account has moved; the new one must name the old in `alsoKnownAs`.
pub fn move_to(id: &str, actor: &str, target: &str, followers: &str) -> Value {
    with_context(json!({
        "id": id,
        "type": "Move",
        "actor": actor,
        "to": [followers],
        "cc": [],
        "object": actor,
        "target": target,
    }))
}

/// Blocks somebody, and says so.
pub fn block(id: &str, actor: &str, blocked: &str) -> Value {
    with_context(json!({"id": id, "type": "Block", "actor": actor, "to": [blocked], "cc": [], "object": blocked}))
}

/// Reports an account and posts of it to its own server, in the name of this server so that who
/// reported stays unknown.
pub fn flag(id: &str, server_actor: &str, reported: &str, posts: &[String], comment: &str) -> Value {
    let objects: Vec<&str> = std::iter::once(reported).chain(posts.iter().map(String::as_str)).collect();
    with_context(json!({
        "id": id,
        "type": "Flag",
        "actor": server_actor,
        "content": comment,
        "object": objects,
        "to": [reported],
    }))
}
