//! What the server has to say to everybody who has an account here: said from the command line, shown in
//! apps until it is dismissed, taken back or over.

use super::federation::urls::written;
use super::happening::{self, Happening};
use super::views::{Emoji, Emojis};
use super::{Refusal, limits};
use crate::activitypub::text;
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, announcement, announcement_reaction, announcement_read, emoji};
use crate::store::{announcements, emoji as emojis};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One reaction to what was said.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// A sign, or the name of a custom emoji of this server.
    pub name: String,
    pub count: i64,
    /// The reader is among them.
    pub own: bool,
    pub emoji: Option<emoji::Model>,
}

/// What was said, as one person finds it.
#[derive(Debug, Clone)]
pub struct Announcement {
    pub row: announcement::Model,
    pub read: bool,
    /// In the order in which they were first made.
    pub reactions: Vec<Reaction>,
    /// People it names that are known here, each as written: `bob`, `carol@elsewhere.example`.
    pub mentions: Vec<(String, account::Model)>,
    /// Custom emoji of this server in it.
    pub emojis: Vec<Emoji>,
}

/// Says something to everybody; `ends` is when it is over.
pub async fn announce(app: &App, text: &str, ends: Option<Millis>) -> Result<announcement::Model, Refusal> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > limits::ANNOUNCEMENT {
        let why = format!("An announcement has between 1 and {} characters.", limits::ANNOUNCEMENT);
        return Err(Refusal::invalid("text", why));
    }
    let now = app.now();
    if ends.is_some_and(|ends| ends <= now) {
        return Err(Refusal::invalid("ends", "It would be over already."));
    }
    let starts_at = ends.map(|_| now);
    let row = announcement::Model { id: app.id(), text, starts_at, ends_at: ends, published_at: now };
    let (app2, kept) = (app.clone(), row.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let id = kept.id;
                announcements::insert(tx, kept).await?;
                Ok::<_, Refusal>(happening::say(&app2, tx, Happening::Announced { announcement: id }).await?)
            })
        })
        .await?;
    Ok(row)
}

/// Takes it back; false when there was none.
pub async fn withdraw(app: &App, id: i64) -> Result<bool, Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let was = announcements::remove(tx, id).await?;
                if was {
                    happening::say(&app2, tx, Happening::Withdrawn { announcement: id }).await?;
                }
                Ok(was)
            })
        })
        .await
}

/// What stands now, the oldest first; `dismissed`: also what she wants to see no more.
pub async fn listed(app: &App, reader: i64, dismissed: bool) -> Result<Vec<Announcement>, Refusal> {
    let rows = announcements::standing(&app.db.read, app.now()).await?;
    let all = whole(app, reader, rows).await?;
    Ok(all.into_iter().filter(|found| dismissed || !found.read).collect())
}

/// One of those that stand now.
pub async fn one(app: &App, reader: i64, id: i64) -> Result<Announcement, Refusal> {
    let rows = announcements::standing(&app.db.read, app.now()).await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or(Refusal::Missing)?;
    whole(app, reader, vec![row]).await?.pop().ok_or(Refusal::Missing)
}

async fn whole(app: &App, reader: i64, rows: Vec<announcement::Model>) -> Result<Vec<Announcement>, Refusal> {
    let db = &app.db.read;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let read = announcements::read_by(db, reader, &ids).await?;
    let reactions = announcements::reactions(db, &ids).await?;
    let texts: Vec<(&str, &str)> = rows.iter().map(|row| ("", row.text.as_str())).collect();
    let in_texts = Emojis::load(app, texts).await?;
    let people = named(app, &rows).await?;
    let names: HashSet<String> = reactions.iter().map(|row| emojis::handle(&row.name, "")).collect();
    let known: BTreeMap<String, emoji::Model> =
        emojis::named(db, &names).await?.into_iter().map(|row| (row.shortcode.clone(), row)).collect();
    let one = |row: announcement::Model| {
        let mut found: Vec<Reaction> = Vec::new();
        for made in reactions.iter().filter(|made| made.announcement_id == row.id) {
            let own = made.account_id == reader;
            match found.iter_mut().find(|known| known.name == made.name) {
                Some(known) => {
                    known.count += 1;
                    known.own |= own;
                }
                None => found.push(Reaction {
                    name: made.name.clone(),
                    count: 1,
                    own,
                    emoji: known.get(&made.name).cloned(),
                }),
            }
        }
        let names = text::mentions(&row.text);
        let mentions = names.iter().map(written).filter_map(|name| {
            let row = people.get(&name)?.clone();
            Some((name, row))
        });
        Announcement {
            read: read.contains(&row.id),
            reactions: found,
            mentions: mentions.collect(),
            emojis: in_texts.used("", [row.text.as_str()]),
            row,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Those known here whom some of these name, by what is written of them. Whom the server itself names is read
/// from the database, one by one: few are, and nobody but its owner writes here.
async fn named(app: &App, rows: &[announcement::Model]) -> Result<HashMap<String, account::Model>, Refusal> {
    let mentions = rows.iter().flat_map(|row| text::mentions(&row.text)).take(limits::MENTIONS);
    let mut found = HashMap::new();
    for mention in mentions {
        let name = written(&mention);
        if found.contains_key(&name) {
            continue;
        }
        match super::accounts::by_acct(app, &name).await {
            Ok(row) => drop(found.insert(name, row)),
            Err(Refusal::Missing | Refusal::Gone) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}

/// She wants to see it no more.
pub async fn dismiss(app: &App, reader: i64, id: i64) -> Result<(), Refusal> {
    one(app, reader, id).await?;
    let row = announcement_read::Model { account_id: reader, announcement_id: id };
    app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(announcements::read(tx, row).await?) })).await
}

/// She reacts, or takes that back.
pub async fn react(app: &App, reader: i64, id: i64, name: &str, on: bool) -> Result<(), Refusal> {
    let found = one(app, reader, id).await?;
    let known = found.reactions.iter().any(|reaction| reaction.name == name);
    if on && !known {
        if !is_sign(name) && emojis::named(&app.db.read, &HashSet::from([emojis::handle(name, "")])).await?.is_empty() {
            return Err(Refusal::invalid("name", "That is neither an emoji nor the name of one of this server."));
        }
        if found.reactions.len() >= limits::REACTIONS {
            return Err(Refusal::invalid("name", format!("There are {} kinds already.", limits::REACTIONS)));
        }
    }
    let name = name.to_owned();
    let row = announcement_reaction::Model {
        announcement_id: id,
        account_id: reader,
        name: name.clone(),
        created_at: app.now(),
    };
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if on {
                    announcements::react(tx, row).await?;
                } else {
                    announcements::unreact(tx, row).await?;
                }
                Ok(happening::say(&app2, tx, Happening::Reacted { announcement: id, name }).await?)
            })
        })
        .await
}

/// Whether something is one sign rather than words: an emoji, with what may change how it looks.
pub fn is_sign(name: &str) -> bool {
    let keycap = name.ends_with('\u{20e3}');
    name.chars().count() <= 12
        && !name.is_ascii()
        && name
            .chars()
            .all(|c| !c.is_alphabetic() && !c.is_control() && !c.is_whitespace() && (!c.is_ascii() || keycap))
}
