//! One task a process reads what happened, for everybody who listens there. Nothing is read while nobody
//! listens; who cannot keep up with what happens is let go.

use crate::app::App;
use crate::clock::Millis;
use crate::entity::post;
use crate::ids::first_of;
use crate::service::apps::grants::Holder;
use crate::service::happening::{self, Happening};
use crate::service::{Refusal, limits};
use crate::store::{accounts, posts, tags, tokens};
use sea_orm::DbErr;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// So often it is also looked whether those who listen still may.
const CHECK: Duration = Duration::from_secs(1);
/// What is written in one moment may be committed in another: looked for so far back, each told once.
const OVERLAP: Millis = 15_000;
/// What may wait for a listener who is slow; one who is slower is let go.
const WAITING: usize = 512;

/// Something that happened, with what everybody who judges it needs.
#[derive(Debug, Clone)]
pub struct News {
    pub what: Happening,
    /// The post it is about, as it is now.
    pub post: Option<post::Model>,
    /// Keys of its hashtags.
    pub tags: Vec<String>,
}

/// Where everybody who listens in this process is known. Clones share it.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    news: broadcast::Sender<Arc<News>>,
    ears: Mutex<Ears>,
}

#[derive(Default)]
struct Ears {
    /// By number.
    open: HashMap<u64, Ear>,
    next: u64,
    /// Somebody reads for them.
    is_read: bool,
}

struct Ear {
    token_id: i64,
    account_id: i64,
    ended: CancellationToken,
}

impl Default for Hub {
    fn default() -> Self {
        Self(Arc::new(Inner { news: broadcast::Sender::new(WAITING), ears: Mutex::default() }))
    }
}

/// Somebody listens, until this is dropped.
pub struct Listening {
    news: broadcast::Receiver<Arc<News>>,
    ended: CancellationToken,
    hub: Hub,
    number: u64,
}

impl Listening {
    /// What happens next; none when she is to be let go: she may not listen any more, or is too slow.
    pub async fn next(&mut self) -> Option<Arc<News>> {
        tokio::select! {
            biased;
            () = self.ended.cancelled() => None,
            news = self.news.recv() => news.ok(),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.hub.ears().open.remove(&self.number);
    }
}

impl Hub {
    fn ears(&self) -> MutexGuard<'_, Ears> {
        self.0.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.ears().open.len()
    }

    /// Begins to listen for whoever holds a token.
    pub fn listen(&self, app: &App, holder: &Holder) -> Result<Listening, Refusal> {
        let account_id = holder.viewer.as_ref().ok_or(Refusal::SignIn)?.id();
        let mut ears = self.ears();
        if ears.open.len() >= limits::LISTENERS {
            return Err(Refusal::Busy);
        }
        if ears.open.values().filter(|ear| ear.account_id == account_id).count() >= limits::LISTENERS_OF_ONE {
            return Err(Refusal::TooMany { retry_after: 60 });
        }
        let ended = app.stopping.child_token();
        let number = ears.next;
        ears.next += 1;
        ears.open.insert(number, Ear { token_id: holder.token_id, account_id, ended: ended.clone() });
        if !std::mem::replace(&mut ears.is_read, true) {
            app.tasks.spawn(read(app.clone(), self.clone()));
        }
        Ok(Listening { news: self.0.news.subscribe(), ended, hub: self.clone(), number })
    }

    /// Whether somebody listens; if not, nobody reads from now on.
    fn anybody(&self) -> bool {
        let mut ears = self.ears();
        ears.is_read = !ears.open.is_empty();
        ears.is_read
    }

    /// Lets go whoever may not listen any more.
    async fn check(&self, app: &App) -> Result<(), DbErr> {
        let open: Vec<(i64, i64)> = self.ears().open.values().map(|ear| (ear.token_id, ear.account_id)).collect();
        let (asked, people): (HashSet<i64>, HashSet<i64>) = open.into_iter().unzip();
        let asked: Vec<i64> = asked.into_iter().collect();
        let good = tokens::in_force(&app.db.read, &asked, app.now()).await?;
        let people = accounts::by_ids(&app.db.read, people).await?;
        let may = |ear: &Ear| {
            let person = people.get(&ear.account_id);
            good.contains(&ear.token_id) && person.is_some_and(|p| p.suspended == 0 && p.deleted_at.is_none())
        };
        for ear in self.ears().open.values().filter(|ear| asked.contains(&ear.token_id) && !may(ear)) {
            ear.ended.cancel();
        }
        Ok(())
    }
}

/// Reads for everybody, until nobody listens.
async fn read(app: App, hub: Hub) {
    let begun = first_of(app.now());
    let (mut before, mut known) = (app.now(), BTreeSet::new());
    let mut checked = Instant::now();
    while hub.anybody() {
        tokio::select! {
            () = app.db.until_something_happens() => {}
            () = app.stopping.cancelled() => return,
        }
        let now = app.now();
        let from = begun.max(first_of(before - OVERLAP));
        match news(&app, from, &mut known).await {
            Ok(found) => {
                before = now;
                for news in found {
                    // Nobody there is no fault.
                    let _ = hub.0.news.send(Arc::new(news));
                }
            }
            Err(error) => tracing::warn!(%error, "what happened could not be read for those who listen"),
        }
        if checked.elapsed() >= CHECK {
            checked = Instant::now();
            if let Err(error) = hub.check(&app).await {
                tracing::warn!(%error, "whether those who listen still may could not be looked up");
            }
        }
    }
}

/// What happened since, as far as it is not known.
async fn news(app: &App, from: i64, known: &mut BTreeSet<i64>) -> Result<Vec<News>, DbErr> {
    let mut fresh = happening::since(app, from).await?;
    *known = known.split_off(&from);
    fresh.retain(|(id, _)| known.insert(*id));
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let about = |what: &Happening| match what {
        Happening::Posted { post }
        | Happening::CameHome { post, .. }
        | Happening::Changed { post }
        | Happening::Gone { post }
        | Happening::Unboosted { post, .. } => Some(*post),
        _ => None,
    };
    let ids: HashSet<i64> = fresh.iter().filter_map(|(_, what)| about(what)).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let rows = posts::by_ids(&app.db.read, &ids).await?;
    let mut tagged: HashMap<i64, Vec<String>> = HashMap::new();
    for (post, tag) in tags::of_posts(&app.db.read, &ids).await? {
        tagged.entry(post).or_default().push(tag.name_key);
    }
    let whole = |(_, what): (i64, Happening)| {
        let post = about(&what);
        News {
            post: post.and_then(|id| rows.get(&id).cloned()),
            tags: post.and_then(|id| tagged.get(&id).cloned()).unwrap_or_default(),
            what,
        }
    };
    Ok(fresh.into_iter().map(whole).collect())
}
