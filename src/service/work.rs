//! Work that is put off: what it is, which lane it waits in, and how it stands in the queue.

use crate::app::App;
use crate::entity::job;
use crate::store::jobs;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

/// One piece of work, as it stands in a job's payload.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// A post appeared, changed or went: homes and deliveries follow.
    FanOut { post: i64, what: What, activity: i64 },
    /// A boost appeared: homes of the booster's followers.
    FanOutBoost { boost: i64 },
    /// A profile changed: one Update to everybody who follows.
    ProfileUpdate { account: i64, activity: i64 },
    /// What was said, for some of very many inboxes.
    Spread { activity: i64, inboxes: Vec<String> },
    /// One activity to one inbox, as an earlier version queued it: it moves to where deliveries are kept.
    Deliver { activity: i64, inbox: String },
    /// Whether those behind an inbox that answers 410 are gone; `seen` were an hour ago.
    LookForGone { inbox: i64, seen: Vec<i64> },
    /// An account of this server was deleted: everybody is told, and what is left of it goes.
    Leave { account: i64, activities: [i64; 2] },
    /// What another server said; its signature was good.
    Incoming { signer: i64, body: String },
    /// What another server said and somebody else passed on: believed only as far as its origin says so.
    Carried { object: String, gone: bool },
    /// A remote photo to be fetched from `host` and derived.
    FetchPhoto {
        photo: i64,
        #[serde(default)]
        host: String,
    },
    /// The avatar and header of an account of `host`.
    FetchPictures {
        account: i64,
        #[serde(default)]
        host: String,
    },
    /// The picture of a custom emoji of another server, from `host`.
    FetchEmoji {
        emoji: i64,
        #[serde(default)]
        host: String,
    },
    /// The animation of a photo, or a cleaned copy of its original.
    PhotoExtras { photo: i64 },
    /// What is made of the photos of a post lies elsewhere than it should.
    HousePhotos { post: i64 },
    /// The hour of a scheduled post has come.
    PostScheduled { scheduled: i64 },
    /// Stored bytes that no row names any more.
    DropBlobs { keys: Vec<String> },
    /// Followers here of an account that moved follow the new one, after the id `after`.
    MoveFollowers { from: i64, to: i64, after: i64 },
    /// Another server takes others here for followers than we do.
    SyncFollowers { account: i64, url: String, digest: String },
    /// A new follow of somebody whose posts are known here.
    FillHome { owner: i64, author: i64 },
    /// Somebody is newly in a list whose owner follows her.
    FillList { list: i64, author: i64 },
    /// Somebody hides a server: what ties her to its people ends.
    HideServer { account: i64, domain: String },
    /// Pins and last posts of an account of `host` that somebody looks at, or `more` of its older ones.
    FillProfile {
        account: i64,
        #[serde(default)]
        host: String,
        #[serde(default)]
        more: bool,
    },
    /// Whether the pages that a profile links to link back; `host` is its own.
    CheckLinks {
        account: i64,
        #[serde(default)]
        host: String,
    },
    /// Answers elsewhere to a conversation that somebody looks at.
    WalkThread {
        post: i64,
        #[serde(default)]
        host: String,
    },
    /// How a poll of `host` stands that somebody looks at.
    RefreshPoll {
        post: i64,
        #[serde(default)]
        host: String,
    },
    /// A poll in which people here voted is over.
    EndPoll { post: i64 },
    /// What somebody was told, to one app of hers, through a service at `host`.
    Push {
        subscription: i64,
        notification: i64,
        #[serde(default)]
        host: String,
    },
}

/// What happened to a post.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Created,
    Updated,
    Deleted,
}

impl Work {
    /// Name of the kind, for logs and the `kind` column.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::FanOut { .. } => "fan_out",
            Self::FanOutBoost { .. } => "fan_out_boost",
            Self::ProfileUpdate { .. } => "profile_update",
            Self::Spread { .. } => "spread",
            Self::Deliver { .. } => "deliver",
            Self::LookForGone { .. } => "look_for_gone",
            Self::Leave { .. } => "leave",
            Self::Incoming { .. } => "incoming",
            Self::Carried { .. } => "carried",
            Self::FetchPhoto { .. } => "fetch_photo",
            Self::FetchPictures { .. } => "fetch_pictures",
            Self::FetchEmoji { .. } => "fetch_emoji",
            Self::CheckLinks { .. } => "check_links",
            Self::PhotoExtras { .. } => "photo_extras",
            Self::HousePhotos { .. } => "house_photos",
            Self::PostScheduled { .. } => "post_scheduled",
            Self::DropBlobs { .. } => "drop_blobs",
            Self::MoveFollowers { .. } => "move_followers",
            Self::SyncFollowers { .. } => "sync_followers",
            Self::FillHome { .. } => "fill_home",
            Self::FillList { .. } => "fill_list",
            Self::HideServer { .. } => "hide_server",
            Self::FillProfile { .. } => "fill_profile",
            Self::WalkThread { .. } => "walk_thread",
            Self::RefreshPoll { .. } => "refresh_poll",
            Self::EndPoll { .. } => "end_poll",
            Self::Push { .. } => "push",
        }
    }

    /// The queue it waits in.
    fn queue(&self) -> Queue {
        match self {
            Self::Incoming { .. } | Self::Carried { .. } | Self::LookForGone { .. } | Self::SyncFollowers { .. } => {
                Queue::Incoming
            }
            Self::FetchPhoto { .. } | Self::FetchPictures { .. } | Self::FetchEmoji { .. } => Queue::Pictures,
            Self::FillProfile { .. } | Self::WalkThread { .. } | Self::CheckLinks { .. } | Self::RefreshPoll { .. } => {
                Queue::Looking
            }
            Self::Push { .. } => Queue::Pushes,
            _ => Queue::Local,
        }
    }

    /// What must not crowd out others shares a lane: one receiving host, one sending actor, one host
    /// of photos.
    fn lane(&self) -> String {
        match self {
            Self::Incoming { signer, .. } => format!("from:{signer}"),
            Self::Carried { object, .. } => format!("carried:{}", host_of(object)),
            Self::FetchPhoto { host, .. } => format!("photo:{host}"),
            Self::FetchPictures { host, .. } | Self::FetchEmoji { host, .. } => format!("picture:{host}"),
            Self::FillProfile { host, .. }
            | Self::WalkThread { host, .. }
            | Self::CheckLinks { host, .. }
            | Self::RefreshPoll { host, .. } => format!("look:{host}"),
            Self::Push { host, .. } => format!("push:{host}"),
            other => other.kind().to_owned(),
        }
    }

    fn row(self, app: &App, unique_key: Option<String>, run_at: i64) -> job::Model {
        job::Model {
            id: app.id(),
            kind: self.kind().to_owned(),
            queue: self.queue().as_str().to_owned(),
            lane: self.lane(),
            payload: serde_json::to_string(&self).unwrap_or_default(),
            unique_key,
            run_at,
            leased_until: 0,
            attempts: 0,
            deaths: 0,
            dead: 0,
            last_error: None,
            created_at: app.now(),
        }
    }
}

/// Work that waits for other servers, each kind of waiting apart, and work that waits for nobody: each
/// has places of its own, so that a hundred hanging hosts hold up nothing but what is for them.
/// Deliveries are kept apart, with a queue and a worker of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Deliveries that an earlier version of this program put in.
    Deliveries,
    /// What others said; understanding it may mean to fetch something.
    Incoming,
    /// Photos, avatars and headers of other servers.
    Pictures,
    /// Profiles, conversations and polls of other servers that people look at.
    Looking,
    /// Messages to apps, through services of others.
    Pushes,
    /// Everything done with nothing but our own database and store.
    Local,
}

impl Queue {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Deliveries, Self::Incoming, Self::Pictures, Self::Looking, Self::Pushes, Self::Local];

    /// As it stands in the `queue` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deliveries => "deliveries",
            Self::Incoming => "incoming",
            Self::Pictures => "pictures",
            Self::Looking => "looking",
            Self::Pushes => "pushes",
            Self::Local => "local",
        }
    }
}

/// The host of an address; nothing for what is none.
pub fn host_of(address: &str) -> String {
    url::Url::parse(address).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Puts work in, within the transaction that makes it necessary.
pub async fn queue(app: &App, tx: &impl ConnectionTrait, work: Work) -> Result<(), DbErr> {
    jobs::enqueue(tx, row(app, work)).await.map(drop)
}

/// What somebody passed on, once for each thing it is about: twenty servers may pass on the same.
pub fn carried(app: &App, work: Work) -> job::Model {
    let key = match &work {
        Work::Carried { object, gone } => Some(format!("carried:{gone}:{object}")),
        _ => None,
    };
    work.row(app, key, app.now())
}

/// Work as it stands in the queue, due at once.
pub fn row(app: &App, work: Work) -> job::Model {
    work.row(app, None, app.now())
}

/// Like [`queue`], due at a certain time.
pub async fn queue_at(app: &App, tx: &impl ConnectionTrait, work: Work, at: i64) -> Result<(), DbErr> {
    jobs::enqueue(tx, work.row(app, None, at)).await.map(drop)
}

/// Like [`queue`], but nothing happens while work with the same key waits.
pub async fn queue_once(
    app: &App,
    tx: &impl ConnectionTrait,
    work: Work,
    key: String,
    delay: i64,
) -> Result<bool, DbErr> {
    jobs::enqueue(tx, work.row(app, Some(key), app.now() + delay)).await
}
