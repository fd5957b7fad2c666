//! Who may answer, like, boost and quote a post: what its author says, here or elsewhere. Asked after
//! `can_see`, by pages and by use cases alike.

use super::federation::urls;
use super::visibility::Reader;
use super::{Refusal, visibility};
use crate::activitypub::render::note::Permitted;
use crate::activitypub::visibility::is_public;
use crate::activitypub::vocab::Policy;
use crate::activitypub::{PUBLIC, Visibility};
use crate::app::App;
use crate::entity::{account, post};
use crate::store::{accounts, relations, tags};
use sea_orm::DbErr;
use std::collections::HashSet;

/// What a person of this server chooses from, for answers and for quotes: the word kept, and how it reads.
pub const CHOICES: [(&str, &str); 3] = [("everyone", "Everyone"), ("followers", "My followers"), ("nobody", "Nobody")];

/// Something done with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Reply,
    Like,
    Boost,
}

/// What a person may do with some posts, loaded at once.
#[derive(Default)]
pub struct Rights {
    reader: Reader,
    /// Her own id, as other servers name her.
    actor: String,
    follows: HashSet<i64>,
    followed_by: HashSet<i64>,
    mentioned_in: HashSet<i64>,
}

impl Rights {
    /// For one reader; nobody in particular is asked to sign in first, so all buttons are shown.
    pub async fn load(app: &App, reader: Reader, posts: &[post::Model]) -> Result<Self, DbErr> {
        let Some(id) = reader else { return Ok(Self::default()) };
        let db = &app.db.read;
        let authors: Vec<i64> = posts.iter().map(|p| p.account_id).collect::<HashSet<_>>().into_iter().collect();
        let follows = relations::between(db, id, &authors).await?;
        let accepted = || follows.iter().filter(|f| f.state == relations::ACCEPTED);
        let ids: Vec<i64> = posts.iter().map(|p| p.id).collect();
        let row = accounts::by_id(db, id).await?;
        Ok(Self {
            reader,
            actor: row.and_then(|row| urls::known_actor(app, &row)).unwrap_or_default(),
            follows: accepted().filter(|f| f.follower_id == id).map(|f| f.target_id).collect(),
            followed_by: accepted().filter(|f| f.target_id == id).map(|f| f.follower_id).collect(),
            mentioned_in: tags::mentions(db, &ids)
                .await?
                .into_iter()
                .filter(|m| m.account_id == id)
                .map(|m| m.post_id)
                .collect(),
        })
    }

    /// Whether the author allows it. She herself may anything; whom she mentions may always answer.
    pub fn may(&self, deed: Deed, post: &post::Model, author: &account::Model) -> bool {
        if self.reader.is_none_or(|id| id == author.id) {
            return true;
        }
        if deed == Deed::Reply && self.mentioned_in.contains(&post.id) {
            return true;
        }
        if author.domain.is_empty() {
            return match (deed, author.replies_from.as_str()) {
                (Deed::Reply, "nobody") => false,
                (Deed::Reply, "followers") => self.follows.contains(&author.id),
                _ => true,
            };
        }
        let policy: Policy = serde_json::from_str(&post.policy).unwrap_or_default();
        let allowed = match deed {
            Deed::Reply => policy.reply,
            Deed::Like => policy.like,
            Deed::Boost => policy.boost,
        };
        allowed.is_none_or(|list| list.iter().any(|who| self.is_among(who, author)))
    }

    fn is_among(&self, who: &str, author: &account::Model) -> bool {
        is_public(who)
            || who == self.actor
            || (author.followers_url.as_deref() == Some(who) && self.follows.contains(&author.id))
            || (author.following_url.as_deref() == Some(who) && self.followed_by.contains(&author.id))
    }
}

/// Whether its author lets nobody answer a post but herself and whom she mentions.
pub fn is_closed(post: &post::Model, author: &account::Model) -> bool {
    if author.domain.is_empty() {
        return author.replies_from == "nobody";
    }
    let policy: Policy = serde_json::from_str(&post.policy).unwrap_or_default();
    policy.reply.is_some_and(|list| list.iter().all(|who| Some(who) == author.uri.as_ref()))
}

/// Refuses what a post's author does not allow to this person.
pub async fn check(app: &App, who: i64, deed: Deed, post: &post::Model) -> Result<(), Refusal> {
    let author = accounts::by_id(&app.db.read, post.account_id).await?.ok_or(Refusal::Missing)?;
    // Between two people elsewhere their own servers judge, which know who follows whom there.
    let elsewhere = accounts::by_id(&app.db.read, who).await?.is_some_and(|row| !row.domain.is_empty());
    if elsewhere && !author.domain.is_empty() {
        return Ok(());
    }
    if Rights::load(app, Some(who), std::slice::from_ref(post)).await?.may(deed, post, &author) {
        return Ok(());
    }
    let what = match deed {
        Deed::Reply => "answer",
        Deed::Like => "like",
        Deed::Boost => "boost",
    };
    Err(Refusal::Forbidden(format!("Its author chose who may {what} this post, and you are not among them.")))
}

/// Whether a person of this server lets this one quote a post of hers.
pub async fn may_quote(app: &App, who: i64, post: &post::Model, author: &account::Model) -> Result<bool, Refusal> {
    if !visibility::of(post).is_open() {
        return Ok(false);
    }
    Ok(match author.quotes_from.as_str() {
        "everyone" => true,
        "followers" => {
            let row = relations::get(&app.db.read, who, author.id).await?;
            row.is_some_and(|row| row.state == relations::ACCEPTED)
        }
        _ => false,
    })
}

/// The same for a local post, as other servers are told. `mentioned` are ids of actors.
pub fn said(
    post: &post::Model,
    author: &account::Model,
    own: &str,
    followers: &str,
    mentioned: &[String],
) -> Permitted {
    let seen = visibility::of(post);
    let and_mentioned =
        |first: &str| std::iter::once(first.to_owned()).chain(mentioned.iter().cloned()).collect::<Vec<_>>();
    let whoever_sees = match seen {
        Visibility::Public | Visibility::Quiet => vec![PUBLIC.to_owned()],
        Visibility::Followers => and_mentioned(followers),
        Visibility::Mentioned => mentioned.to_vec(),
    };
    let nobody_else = || vec![own.to_owned()];
    Permitted {
        reply: match author.replies_from.as_str() {
            "nobody" => and_mentioned(own),
            "followers" if seen != Visibility::Mentioned => and_mentioned(followers),
            _ => whoever_sees.clone(),
        },
        like: whoever_sees,
        boost: if seen.is_open() { vec![PUBLIC.to_owned()] } else { nobody_else() },
        quote: match author.quotes_from.as_str() {
            "everyone" if seen.is_open() => vec![PUBLIC.to_owned()],
            "followers" if seen.is_open() => vec![followers.to_owned()],
            _ => nobody_else(),
        },
    }
}

/// A word from [`CHOICES`]; anything else is the narrowest.
pub fn choice(word: &str) -> &'static str {
    CHOICES.iter().map(|(known, _)| *known).find(|known| *known == word).unwrap_or("nobody")
}

/// What a remote post's policy is kept as.
pub fn kept(policy: &Policy) -> String {
    if policy.is_open() { String::new() } else { serde_json::to_string(policy).unwrap_or_default() }
}
