//! Which use case a job is for, and what its answer means for the job.

use crate::app::App;
use crate::clock::Millis;
use crate::entity::job;
use crate::service::work::Work;
use crate::service::{Refusal, federation, hiding, homes, housekeeping, leaving, photos, polls, push, scheduling};
use crate::store::jobs;

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is done, or there is nothing left to do.
    Done,
    /// To be tried again, not before that moment.
    Later { why: String, not_before: Option<Millis> },
    /// To be tried again as soon as the media store may be back.
    Soon(String),
    /// Trying again would change nothing.
    Never(String),
}

/// Runs a job once. Handlers can be run again: a process may die before the end is written.
pub async fn run(app: &App, job: &job::Model) -> Outcome {
    let work: Work = match serde_json::from_str(&job.payload) {
        Ok(work) => work,
        // A newer version put it there, while servers are started anew one after the other: it will know.
        Err(error) => {
            return Outcome::Later { why: format!("the payload cannot be read: {error}"), not_before: None };
        }
    };
    // From here on a newer change queues anew: this run may have read what was before it.
    if job.unique_key.is_some() {
        let id = job.id;
        let freed =
            app.db.write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::free_key(tx, id).await?) }));
        if freed.await.is_err() {
            return Outcome::Later { why: "busy".to_owned(), not_before: None };
        }
    }
    let done = match work {
        Work::Spread { activity, inboxes } => federation::say::spread(app, activity, inboxes).await,
        Work::Deliver { activity, inbox } => federation::deliver::adopt(app, activity, &inbox).await,
        Work::LookForGone { inbox, seen } => federation::gone::check(app, inbox, &seen).await,
        Work::Leave { account, activities } => leaving::finish(app, account, activities).await,
        Work::FanOut { post, what, activity } => federation::fan_out::post(app, post, what, activity).await,
        Work::FanOutBoost { boost } => federation::fan_out::boost(app, boost).await,
        Work::ProfileUpdate { account, activity } => federation::fan_out::profile(app, account, activity).await,
        Work::Incoming { signer, body } => federation::incoming::handle(app, signer, body.as_bytes()).await,
        Work::Carried { object, gone } => federation::carried::handle(app, &object, gone).await,
        Work::FetchPhoto { photo, .. } => federation::media::fetch_photo(app, photo, job.attempts).await,
        Work::FetchPictures { account, .. } => federation::media::fetch_pictures(app, account).await,
        Work::FetchEmoji { emoji, .. } => federation::emoji::fetch(app, emoji, job.attempts).await,
        Work::CheckLinks { account, .. } => federation::links::check(app, account).await,
        Work::PhotoExtras { photo } => photos::extras::make(app, photo).await,
        Work::HousePhotos { post } => photos::housing::settle(app, post).await,
        Work::PostScheduled { scheduled } => scheduling::post(app, scheduled).await,
        Work::DropBlobs { keys } => housekeeping::drop_blobs(app, &keys).await,
        Work::MoveFollowers { from, to, after } => federation::moving::followers(app, from, to, after).await,
        Work::SyncFollowers { account, url, digest } => federation::sync::mend(app, account, &url, &digest).await,
        Work::FillHome { owner, author } => homes::follow_began(app, owner, author).await,
        Work::FillList { list, author } => homes::list_joined(app, list, author).await,
        Work::HideServer { account, domain } => hiding::part(app, account, &domain).await,
        Work::FillProfile { account, more, .. } => federation::back_fill::fill(app, account, more).await,
        Work::WalkThread { post, .. } => federation::walk::walk(app, post).await,
        Work::RefreshPoll { post, .. } => polls::refresh(app, post).await,
        Work::EndPoll { post } => polls::end(app, post).await,
        Work::Push { subscription, notification, .. } => push::send(app, subscription, notification).await,
    };
    match done {
        Ok(()) => Outcome::Done,
        Err(Refusal::NoStore) => Outcome::Soon("the media store is away".to_owned()),
        Err(Refusal::Busy | Refusal::Full) => Outcome::Later { why: "busy".to_owned(), not_before: None },
        Err(Refusal::Broken(cause)) => Outcome::Later { why: cause.to_string(), not_before: None },
        Err(refused) => Outcome::Never(refused.to_string()),
    }
}
