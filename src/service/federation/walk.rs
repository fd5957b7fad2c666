//! No missing comment: while people look at a conversation, the lists of answers that its posts name are
//! walked, in the background and not more often than every quarter of an hour, and what is not here yet is
//! fetched from where it was written.

use super::fetch::{self, Budget};
use super::note;
use super::pages::Pages;
use super::urls::Urls;
use crate::activitypub::RemoteId;
use crate::activitypub::vocab::ObjectRef;
use crate::app::App;
use crate::entity::post;
use crate::service::work::{self, Work};
use crate::service::{Refusal, limits};
use crate::store::{accounts, looking, posts};
use std::collections::{HashSet, VecDeque};

/// Posts of a conversation whose lists of answers are walked at once.
const LISTS: u64 = 30;

/// Somebody who is signed in looks at a post. True when answers are being looked for.
pub async fn looked_at(app: &App, row: &post::Model) -> Result<bool, Refusal> {
    if app.public().is_none() || !has_elsewhere(app, row).await? {
        return Ok(false);
    }
    let host = host_of(app, row).await?;
    let (app2, root, now) = (app.clone(), row.root_id, app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let due = looking::walk(tx, root, now - limits::WALK_AGAIN, now).await?;
                if due {
                    let work = Work::WalkThread { post: root, host };
                    work::queue_once(&app2, tx, work, format!("walk:{root}"), 0).await?;
                }
                Ok(due)
            })
        })
        .await
}

/// Whether anything of the conversation is listed elsewhere, or begins elsewhere with a post not known here.
async fn has_elsewhere(app: &App, row: &post::Model) -> Result<bool, Refusal> {
    let listed = looking::threads(&app.db.read, row.root_id, 1).await?;
    if listed.iter().any(|t| t.replies.is_some() || t.context.is_some()) {
        return Ok(true);
    }
    let root = posts::by_id(&app.db.read, row.root_id).await?;
    Ok(root.is_some_and(|r| r.in_reply_to_id.is_none() && r.in_reply_to_uri.is_some_and(|uri| !uri.is_empty())))
}

async fn host_of(app: &App, row: &post::Model) -> Result<String, Refusal> {
    Ok(accounts::by_id(&app.db.read, row.account_id).await?.map(|a| a.domain).unwrap_or_default())
}

/// Walks a conversation once, as far as it comes in a minute.
pub async fn walk(app: &App, root_id: i64) -> Result<(), Refusal> {
    let walked = tokio::time::timeout(limits::LOOKING, walk_from(app, root_id)).await;
    walked.unwrap_or(Ok(()))
}

async fn walk_from(app: &App, root_id: i64) -> Result<(), Refusal> {
    let budget = Budget::person();
    let Some(mut root) = posts::by_id(&app.db.read, root_id).await? else { return Ok(()) };
    // It may begin higher up than with what is known here.
    if let Some(above) = root.in_reply_to_uri.as_deref().filter(|_| root.in_reply_to_id.is_none())
        && let Ok(id) = RemoteId::parse(above)
        && note::fetch(app, &id, &budget).await.is_ok()
        && let Some(now) = posts::by_id(&app.db.read, root_id).await?
        && let Some(top) = posts::by_id(&app.db.read, now.root_id).await?
    {
        root = top;
    }
    let mut lists: VecDeque<RemoteId> = VecDeque::new();
    for thread in looking::threads(&app.db.read, root.id, LISTS).await? {
        for address in [thread.context.filter(|_| thread.post_id == root.id), thread.replies].into_iter().flatten() {
            lists.extend(RemoteId::parse(&address));
        }
    }
    let mut walk =
        Walk { app, budget: &budget, root: root.id, asked: HashSet::new(), pages: limits::WALK_PAGES, kept: 0 };
    while let Some(list) = lists.pop_front().filter(|_| !walk.is_over()) {
        walk.list(list, &mut lists).await?;
    }
    Ok(())
}

struct Walk<'a> {
    app: &'a App,
    budget: &'a Budget,
    root: i64,
    /// Lists and posts asked for already: they may name one another.
    asked: HashSet<String>,
    pages: usize,
    kept: usize,
}

impl Walk<'_> {
    fn is_over(&self) -> bool {
        self.budget.is_spent() || self.pages == 0 || self.kept >= limits::WALK_REPLIES
    }

    async fn list(&mut self, list: RemoteId, lists: &mut VecDeque<RemoteId>) -> Result<(), Refusal> {
        if !self.asked.insert(list.as_str().to_owned()) {
            return Ok(());
        }
        let mut pages = Pages::of(self.app, list.clone(), self.pages, self.budget);
        let mut items: Vec<ObjectRef> = Vec::new();
        while let Ok(Some(page)) = pages.next().await {
            items.extend(page.items);
        }
        self.pages -= pages.read().min(self.pages);
        for item in items {
            if self.budget.is_spent() || self.kept >= limits::WALK_REPLIES {
                break;
            }
            if let Some(row) = self.item(&list, &item).await? {
                let thread = looking::thread(&self.app.db.read, row.id).await?;
                lists.extend(thread.and_then(|t| t.replies).and_then(|r| RemoteId::parse(&r).ok()));
            }
        }
        Ok(())
    }

    /// A post that was not here and belongs to this conversation.
    async fn item(&mut self, list: &RemoteId, item: &ObjectRef) -> Result<Option<post::Model>, Refusal> {
        let Some(id) = item.remote_id() else { return Ok(None) };
        let ours = Urls::of(self.app).is_none_or(|u| u.is_ours(id.as_str()));
        if ours || !self.asked.insert(id.as_str().to_owned()) {
            return Ok(None);
        }
        if posts::by_uri(&self.app.db.read, id.as_str()).await?.is_some() {
            return Ok(None);
        }
        // Carried along by the server it is of, it counts; of any other it is asked for there.
        let value = match item.value().filter(|_| id.same_origin(list)) {
            Some(value) => value.clone(),
            None => match fetch::document(self.app, &id, None, self.budget).await {
                Ok(document) => document,
                Err(_) => return Ok(None),
            },
        };
        match note::keep_answer(self.app, &value, self.root, self.budget).await {
            Ok(row) => {
                self.kept += 1;
                Ok(Some(row))
            }
            Err(Refusal::Busy) => Err(Refusal::Busy),
            Err(_) => Ok(None),
        }
    }
}
