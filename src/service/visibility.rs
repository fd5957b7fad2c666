//! `can_see`: the one answer to "may this person see this post". Pages, ActivityPub, feeds, search
//! and notifications all ask here.

use super::Refusal;
use crate::activitypub::Visibility;
use crate::app::App;
use crate::entity::{account, post};
use crate::store::accounts::{Known, Lives};
use crate::store::{accounts, hidden_servers, policies, posts, relations, tags};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::{HashMap, HashSet};

/// Who is looking: nobody in particular, or an account, local or remote.
pub type Reader = Option<i64>;

/// What a post's visibility column says; an unknown word hides.
pub fn of(post: &post::Model) -> Visibility {
    post.visibility.parse().unwrap_or(Visibility::Mentioned)
}

/// Keeps the posts this reader may see, in order. A fixed number of queries, however many posts.
pub async fn can_see(
    db: &impl ConnectionTrait,
    reader: Reader,
    candidates: Vec<post::Model>,
) -> Result<Vec<post::Model>, DbErr> {
    if candidates.is_empty() {
        return Ok(candidates);
    }
    let authors: HashSet<i64> = candidates.iter().map(|p| p.account_id).collect();
    let rows = accounts::known(db, authors.iter().copied()).await?;
    let hidden = hidden_authors(db, &authors, &rows).await?;
    let view = match reader {
        Some(id) => View::of(db, id, &rows, &candidates).await?,
        None => View::default(),
    };
    Ok(candidates
        .into_iter()
        .filter(|p| p.deleted_at.is_none() && !hidden.contains(&p.account_id) && view.allows(reader, p))
        .collect())
}

/// One post, or [`Refusal::Missing`]: what one may not see looks as if it did not exist.
pub async fn visible(app: &App, reader: Reader, id: i64) -> Result<post::Model, Refusal> {
    let row = posts::by_id(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    can_see(&app.db.read, reader, vec![row]).await?.pop().ok_or(Refusal::Missing)
}

/// Whether somebody may have seen a post that is gone by now, and may be told that it is.
pub async fn could_see(db: &impl ConnectionTrait, reader: i64, post: &post::Model) -> Result<bool, DbErr> {
    let candidates = [post.clone()];
    let authors = accounts::known(db, [post.account_id]).await?;
    let view = View::of(db, reader, &authors, &candidates).await?;
    Ok(view.allows(Some(reader), post))
}

/// Refuses what belongs to a person to whom she blocks, or who blocks her: neither lists the other.
pub async fn unless_blocked(app: &App, reader: Reader, person: i64) -> Result<(), Refusal> {
    let Some(reader) = reader else { return Ok(()) };
    let blocked = !policies::between(&app.db.read, reader, &[person]).await?.is_empty();
    if blocked { Err(Refusal::Missing) } else { Ok(()) }
}

/// Refuses a person who blocks the reader, or whose server is kept out: she is as if she were not there.
pub async fn may_meet(app: &App, reader: Reader, person: &account::Model) -> Result<(), Refusal> {
    let db = &app.db.read;
    if policies::domain_blocked(db, &person.domain).await? {
        return Err(Refusal::Missing);
    }
    let Some(reader) = reader else { return Ok(()) };
    let blocks = policies::between(db, reader, &[person.id]).await?;
    if blocks.iter().any(|b| b.account_id == person.id) { Err(Refusal::Missing) } else { Ok(()) }
}

/// Which of these people a reader has nothing to do with: one of the two blocks the other, or she hides the
/// other's server.
pub async fn apart<'a, L: Lives + 'a>(
    db: &impl ConnectionTrait,
    reader: i64,
    people: impl IntoIterator<Item = &'a L>,
) -> Result<HashSet<i64>, DbErr> {
    let (ids, servers): (Vec<i64>, Vec<&str>) = people.into_iter().map(|person| (person.id(), person.domain())).unzip();
    let elsewhere = servers.iter().any(|server| !server.is_empty());
    let hidden = if elsewhere { hidden_servers::of(db, reader).await? } else { HashSet::new() };
    let at = ids.iter().zip(servers);
    let mut apart: HashSet<i64> = at.filter(|(_, server)| hidden.contains(*server)).map(|(id, _)| *id).collect();
    let blocks = policies::between(db, reader, &ids).await?;
    apart.extend(blocks.into_iter().flat_map(|b| [b.account_id, b.target_id]).filter(|id| *id != reader));
    Ok(apart)
}

/// Authors nobody sees: suspended, deleted, or of a server that is kept out.
async fn hidden_authors(
    db: &impl ConnectionTrait,
    authors: &HashSet<i64>,
    rows: &HashMap<i64, Known>,
) -> Result<HashSet<i64>, DbErr> {
    let mut hidden: HashSet<i64> = authors.iter().copied().filter(|id| !rows.contains_key(id)).collect();
    hidden.extend(policies::kept_out_of(db, rows.values()).await?);
    hidden.extend(rows.values().filter(|row| row.suspended != 0 || row.deleted_at.is_some()).map(|row| row.id));
    Ok(hidden)
}

/// What stands between a reader and some authors.
#[derive(Default)]
struct View {
    follows: HashSet<i64>,
    /// Those she has nothing to do with.
    blocks: HashSet<i64>,
    mentioned_in: HashSet<i64>,
}

impl View {
    async fn of(
        db: &impl ConnectionTrait,
        reader: i64,
        authors: &HashMap<i64, Known>,
        candidates: &[post::Model],
    ) -> Result<Self, DbErr> {
        let of_followers = |p: &&post::Model| of(p) == Visibility::Followers;
        let theirs: HashSet<i64> = candidates.iter().filter(of_followers).map(|p| p.account_id).collect();
        let ids: Vec<i64> = theirs.into_iter().collect();
        let narrow: Vec<i64> = candidates
            .iter()
            .filter(|p| matches!(of(p), Visibility::Followers | Visibility::Mentioned))
            .map(|p| p.id)
            .collect();
        let follows = relations::between(db, reader, &ids).await?;
        let blocks = apart(db, reader, authors.values()).await?;
        let mentions = tags::mentions(db, &narrow).await?;
        Ok(Self {
            follows: follows
                .into_iter()
                .filter(|f| f.follower_id == reader && f.state == relations::ACCEPTED)
                .map(|f| f.target_id)
                .collect(),
            blocks,
            mentioned_in: mentions.into_iter().filter(|m| m.account_id == reader).map(|m| m.post_id).collect(),
        })
    }

    fn allows(&self, reader: Reader, post: &post::Model) -> bool {
        if reader == Some(post.account_id) {
            return true;
        }
        if self.blocks.contains(&post.account_id) {
            return false;
        }
        match of(post) {
            Visibility::Public | Visibility::Quiet => true,
            Visibility::Followers => self.follows.contains(&post.account_id) || self.mentioned_in.contains(&post.id),
            Visibility::Mentioned => self.mentioned_in.contains(&post.id),
        }
    }
}
