//! Everything that is no post: other activities, and what is found at our addresses.

use super::*;

const ACTORS: [&str; 5] = ["Application", "Group", "Organization", "Person", "Service"];

/// The bytes of any delivery.
pub fn delivery_for_everybody(body: &[u8]) -> Check {
    let activity: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let kind = text(&activity, "type")?;
    if matches!(kind, "Create" | "Update") && activity["object"]["type"] == "Note" {
        return match activity["object"].get("name") {
            Some(_) => vote_for_everybody(&activity),
            None => post_for_everybody(body).map(drop),
        };
    }
    activity_for_everybody(body, &activity).map_err(|error| format!("{kind}: {error}"))
}

/// Mastodon and Misskey: a vote has a name and no content, and goes to the author of the poll alone.
fn vote_for_everybody(activity: &Value) -> Check {
    has_context(activity)?;
    let (vote, actor) = (&activity["object"], text(activity, "actor")?);
    demand(host(text(activity, "id")?)? == host(actor)?, "the activity is on another host")?;
    demand(host(text(vote, "id")?)? == host(actor)?, "the vote is on another host")?;
    demand(text(vote, "attributedTo")? == actor, "voted by somebody else")?;
    demand(!text(vote, "name")?.is_empty() && vote.get("content").is_none(), "no vote")?;
    let question = text(vote, "inReplyTo")?;
    let told = strings(vote, "to")?;
    demand(told == strings(activity, "to")? && told.len() == 1, "not told to one")?;
    demand(host(&told[0])? == host(question)?, "not told to whoever asks")?;
    demand(activity.get("cc").is_none() && vote.get("cc").is_none(), "told to others")
}

fn activity_for_everybody(body: &[u8], activity: &Value) -> Check {
    demand(body.len() <= 60_000, format!("{} bytes are more than we allow ourselves", body.len()))?;
    demand(depth(activity) <= 8, "nested deeper than eight")?;
    has_context(activity)?;
    nothing_hidden(activity)?;
    misskey_activity(body)?;
    vernissage_activity(activity)?;
    addressed(activity)?;
    let actor = text(activity, "actor")?;
    demand(host(text(activity, "id")?)? == host(actor)?, "the activity is on another host")?;
    match text(activity, "type")? {
        "Follow" | "Block" => one_other(activity, actor),
        "Like" => https(text(activity, "object")?).map(drop),
        "Announce" => announce(activity),
        "Accept" | "Reject" => answer(activity, actor),
        "Undo" => undo(activity, actor),
        "Delete" => delete(activity, actor),
        "Add" | "Remove" => pin(activity, actor),
        "Update" => update_of_actor(activity, actor),
        "Move" => moves(activity, actor),
        "Flag" => flag(activity),
        other => Err(format!("nobody reads {other}")),
    }
}

/// Mastodon and Lemmy: lists of full addresses, the public one in the one spelling all know.
fn addressed(activity: &Value) -> Check {
    for name in ["to", "cc"].into_iter().filter(|name| activity.get(*name).is_some()) {
        for address in strings(activity, name)? {
            demand(address == PUBLIC || https(&address).is_ok(), format!("{name} holds {address}"))?;
        }
    }
    Ok(())
}

fn one_other(activity: &Value, actor: &str) -> Check {
    let object = text(activity, "object")?;
    demand(object != actor, "about herself")?;
    https(object).map(drop)
}

/// Pixelfed: the boosted post by its id alone.
fn announce(activity: &Value) -> Check {
    https(text(activity, "object")?)?;
    demand(with_milliseconds(text(activity, "published")?), "published lacks the fraction")?;
    demand(strings(activity, "to")?.contains(&PUBLIC.to_owned()), "not to everybody")
}

/// Pixelfed: the Follow inside, whole, about the one who answers. Mastodon: the stamp with a yes to a quote.
fn answer(activity: &Value, actor: &str) -> Check {
    let asked = activity.get("object").filter(|object| object.is_object()).ok_or("what was asked is not inside")?;
    for name in ["id", "actor", "object"] {
        text(asked, name)?;
    }
    demand(strings(activity, "to")? == [text(asked, "actor")?], "not to the one who asked")?;
    match text(asked, "type")? {
        "Follow" => demand(text(asked, "object")? == actor, "answered by somebody else"),
        "QuoteRequest" => {
            https(text(asked, "instrument")?)?;
            demand(host(text(asked, "object")?)? == host(actor)?, "the post is on another host")?;
            let stamp = activity.get("result").and_then(Value::as_str);
            match text(activity, "type")? {
                "Accept" => demand(host(stamp.ok_or("no stamp")?)? == host(actor)?, "the stamp is on another host"),
                _ => demand(stamp.is_none(), "a stamp with a no"),
            }
        }
        other => Err(format!("nobody asks for a {other}")),
    }
}

/// GoToSocial: done and undone by the same; Mastodon: a Like only as a whole.
fn undo(activity: &Value, actor: &str) -> Check {
    let undone = activity.get("object").filter(|object| object.is_object()).ok_or("what is undone is not inside")?;
    demand(text(undone, "actor")? == actor, "undone by somebody else")?;
    demand(undone.get("@context").is_none(), "a context inside")?;
    https(text(undone, "id")?)?;
    https(text(undone, "object")?)?;
    demand(["Follow", "Like", "Announce", "Block"].contains(&text(undone, "type")?), "nobody undoes that")
}

/// Pixelfed: a Tombstone, not an id; the account itself in two forms.
fn delete(activity: &Value, actor: &str) -> Check {
    let object = activity.get("object").ok_or("no object")?;
    if let Some(id) = object.as_str() {
        return demand(id == actor, "a bare id that is not her own");
    }
    demand(host(text(object, "id")?)? == host(actor)?, "something on another host")?;
    match text(object, "type")? {
        "Tombstone" | "QuoteAuthorization" => Ok(()),
        "Person" => demand(text(object, "id")? == actor, "somebody else"),
        other => Err(format!("a deleted {other}")),
    }
}

/// Mastodon: `target` is the collection, byte for byte.
fn pin(activity: &Value, actor: &str) -> Check {
    demand(text(activity, "target")? == format!("{actor}/collections/featured"), "another collection")?;
    let object = activity.get("object").ok_or("no object")?;
    if let Some(id) = object.as_str() {
        return demand(host(id)? == host(actor)?, "a post on another host");
    }
    demand(text(object, "type")? == "Hashtag" && text(object, "name")?.starts_with('#'), "no hashtag")?;
    https(text(object, "href")?).map(drop)
}

/// Mastodon: the whole document, her own.
fn update_of_actor(activity: &Value, actor: &str) -> Check {
    let mut document = activity.get("object").cloned().ok_or("no object")?;
    document["@context"] = activity["@context"].clone();
    demand(text(&document, "id")? == actor, "somebody else's profile")?;
    actor_for_everybody(&document)
}

fn moves(activity: &Value, actor: &str) -> Check {
    demand(text(activity, "object")? == actor, "somebody else moves")?;
    let target = text(activity, "target")?;
    demand(target != actor, "to where she is")?;
    https(target).map(drop)
}

/// Pixelfed and Mastodon: plain ids, at most a hundred.
fn flag(activity: &Value) -> Check {
    let objects = strings(activity, "object")?;
    demand(!objects.is_empty() && objects.len() <= 100, "nothing, or too much")?;
    objects.iter().try_for_each(|id| https(id).map(drop))
}

/// What was fetched at an address of ours: of the right type, about itself, and of a shape that
/// everybody reads.
pub fn document_for_everybody(address: &str, content_type: &str, bytes: &[u8]) -> Check {
    demand(
        ["application/activity+json", "application/activity+json; charset=utf-8"].contains(&content_type),
        format!("GoToSocial refuses {content_type}"),
    )?;
    let document: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    has_context(&document)?;
    nothing_hidden(&document)?;
    let id = text(&document, "id")?;
    let page = document.get("url").and_then(Value::as_str);
    let plain = address.split('?').next().unwrap_or_default();
    let found = id == address || id == plain || page == Some(plain);
    let kind = text(&document, "type")?;
    demand(found && host(id)? == host(address)?, format!("{id} is found at {address}"))?;
    match kind {
        "Note" => note_for_everybody(&document),
        "Collection" | "OrderedCollection" | "CollectionPage" | "OrderedCollectionPage" => {
            collection_for_everybody(&document, kind)
        }
        "QuoteAuthorization" => stamp_for_everybody(&document),
        "Tombstone" => Ok(()),
        "Emoji" => https(text(&document["icon"], "url")?).map(drop),
        actor if ACTORS.contains(&actor) => actor_for_everybody(&document),
        _ => delivery_for_everybody(bytes),
    }
}

fn note_for_everybody(note: &Value) -> Check {
    pixelfed_note(note)?;
    vernissage_note(note)?;
    gts_post(note)?;
    lemmy_comment(note)?;
    mastodon_note(note).map(drop)
}

/// Vernissage: `first` as a string. Mastodon: pages that lead back.
fn collection_for_everybody(list: &Value, kind: &str) -> Check {
    for name in ["first", "next", "prev", "partOf"].into_iter().filter(|name| list.get(*name).is_some()) {
        https(text(list, name)?)?;
    }
    if let Some(total) = list.get("totalItems") {
        demand(total.as_u64().is_some(), "totalItems is no count")?;
    }
    if kind.ends_with("Page") {
        text(list, "partOf")?;
    }
    let member = if kind.starts_with("Ordered") { "orderedItems" } else { "items" };
    for item in list.get(member).and_then(Value::as_array).into_iter().flatten() {
        let named = item.as_str().or_else(|| item.get("id")?.as_str()).or_else(|| item.get("href")?.as_str());
        https(named.ok_or("an item without an id")?)?;
    }
    Ok(())
}

/// Mastodon: the stamp is on its author's host and names both posts.
fn stamp_for_everybody(stamp: &Value) -> Check {
    demand(host(text(stamp, "attributedTo")?)? == host(text(stamp, "id")?)?, "another host's stamp")?;
    for name in ["interactingObject", "interactionTarget"] {
        https(text(stamp, name)?)?;
    }
    Ok(())
}

/// Pixelfed's own members, where they are sent: a named place, and everybody or nobody.
pub(super) fn pixelfed_extras(note: &Value) -> Check {
    if let Some(place) = note.get("location") {
        demand(text(place, "type")? == "Place" && !text(place, "name")?.is_empty(), "an odd place")?;
        demand(place.get("country").is_none_or(Value::is_string), "an odd country")?;
    }
    demand(note.get("commentsEnabled").is_none_or(Value::is_boolean), "commentsEnabled is no yes or no")?;
    for (name, who) in note.get("capabilities").and_then(Value::as_object).into_iter().flatten() {
        demand(who == PUBLIC || who == "[]", format!("{name} is for {who}"))?;
    }
    Ok(())
}
