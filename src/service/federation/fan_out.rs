//! What one post, boost or profile causes: entries in homes (see [`homes`]), deliveries to servers. Runs as a job, in
//! chunks; run again after a crash it changes nothing that is done.

use super::documents::post_values;
use super::say::{self, Said, say_widely};
use super::urls::Urls;
use super::{profile, relays};
use crate::activitypub::Visibility;
use crate::activitypub::render::{activity as render_activity, note as render};
use crate::app::App;
use crate::entity::{account, post as posts_table};
use crate::service::happening::{self, Happening};
use crate::service::photos::housing;
use crate::service::surface::shown_in_homes;
use crate::service::work::What;
use crate::service::{Refusal, homes, limits, visibility};
use crate::store::{accounts, inboxes as known, jobs, policies, posts, reactions, relations, tags};
use std::collections::BTreeSet;

/// A post appeared, changed or went.
pub async fn post(app: &App, id: i64, what: What, activity: i64) -> Result<(), Refusal> {
    let Some(row) = posts::by_id(&app.db.read, id).await? else { return Ok(()) };
    let Some(author) = accounts::by_id(&app.db.read, row.account_id).await? else { return Ok(()) };
    if author.domain.is_empty() && row.photo_count > 0 && what != What::Deleted {
        // Before anybody is told where they are.
        housing::settle_or_later(app, row.id).await?;
    }
    if what == What::Created {
        homes::post_came(app, &row).await?;
        came_home(app, &row, None).await?;
    }
    if author.domain.is_empty() { deliver(app, &row, &author, what, activity).await } else { Ok(()) }
}

async fn deliver(
    app: &App,
    row: &posts_table::Model,
    author: &account::Model,
    what: What,
    activity: i64,
) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    // Deleted since: the Delete has its own job, and what is gone is not sent any more.
    if what != What::Deleted && row.deleted_at.is_some() {
        return Ok(());
    }
    let mut inboxes = receivers(app, row, author, what).await?;
    inboxes.extend(relays::inboxes(app, row, what).await?);
    let body = match what {
        What::Created => render::create(&post_values(app, &urls, author, row).await?),
        What::Updated => render::update(&post_values(app, &urls, author, row).await?, &urls.activity(activity)),
        What::Deleted => {
            let values = post_values(app, &urls, author, row).await?;
            render::delete(&values.id, &values.author, &values.to, &values.cc)
        }
    };
    let said = Said { id: activity, account_id: author.id, public: visibility::of(row).is_open(), body };
    if what == What::Created {
        let (app2, row) = (app.clone(), row.clone());
        app.db
            .write(move |tx| {
                Box::pin(async move {
                    // Run again after a crash, it is announced again at most.
                    match jobs::said(tx, activity).await? {
                        Some(_) => Ok(()),
                        None => relays::announce(&app2, tx, &row).await,
                    }
                })
            })
            .await?;
    }
    say_widely(app, said, inboxes).await
}

/// Everybody who gets a post: followers where it is for them, people mentioned and answered; for
/// changes also those who reacted to it, and every server it was ever sent to. Of those, a change does
/// not go where nobody is but people who block the author or whom she blocks.
async fn receivers(
    app: &App,
    row: &posts_table::Model,
    author: &account::Model,
    what: What,
) -> Result<BTreeSet<String>, Refusal> {
    let db = &app.db.read;
    let mut inboxes = BTreeSet::new();
    if visibility::of(row) != Visibility::Mentioned {
        inboxes.extend(relations::follower_inboxes(db, author.id).await?.into_iter().map(|(_, inbox)| inbox));
    }
    let mut people: Vec<i64> = tags::mentions(db, &[row.id]).await?.into_iter().map(|m| m.account_id).collect();
    if let Some(parent) = row.in_reply_to_id {
        people.extend(posts::by_id(db, parent).await?.map(|p| p.account_id));
    }
    if what != What::Created && visibility::of(row).is_open() {
        people.extend(reactions::people(db, row.id).await?);
        people.extend(posts::answerers(db, row.id).await?);
    }
    let blocked: Vec<i64> = policies::between(db, author.id, &people)
        .await?
        .into_iter()
        .flat_map(|b| [b.account_id, b.target_id])
        .collect();
    for (id, person) in accounts::by_ids(db, people).await? {
        if !blocked.contains(&id) && person.deleted_at.is_none() {
            inboxes.extend(shared(&person));
        }
    }
    if what != What::Created {
        let shut = if what == What::Updated { policies::shut_inboxes(db, author.id).await? } else { BTreeSet::new() };
        inboxes.extend(known::with(db, row.id).await?.into_iter().filter(|inbox| !shut.contains(inbox)));
    }
    Ok(inboxes)
}

/// The inbox that reaches a person with a post: her server's, where there is one.
fn shared(person: &account::Model) -> BTreeSet<String> {
    match &person.shared_inbox {
        Some(inbox) if !person.domain.is_empty() => BTreeSet::from([inbox.clone()]),
        _ => say::to_one(person),
    }
}

/// A boost goes into the homes of the booster's followers, where the post is not there already.
pub async fn boost(app: &App, id: i64) -> Result<(), Refusal> {
    let Some(boost) = reactions::boost_by_id(&app.db.read, id).await? else { return Ok(()) };
    let Some(row) = posts::by_id(&app.db.read, boost.post_id).await?.filter(shown_in_homes) else { return Ok(()) };
    homes::boost_came(app, &row, boost.account_id, boost.id).await?;
    came_home(app, &row, Some(boost.id)).await
}

/// Those who listen hear of it once it is in their homes and lists; of what is old already, nobody does.
async fn came_home(app: &App, row: &posts_table::Model, boost: Option<i64>) -> Result<(), Refusal> {
    if boost.is_none() && row.published_at <= app.now() - limits::NEWS {
        return Ok(());
    }
    let (app2, what) = (app.clone(), Happening::CameHome { post: row.id, boost });
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(happening::say(&app2, tx, what).await?) }))
        .await
}

/// A profile changed: everybody who follows hears it once.
pub async fn profile(app: &App, account_id: i64, activity: i64) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let Some(row) = accounts::by_id(&app.db.read, account_id).await? else { return Ok(()) };
    let body = render_activity::update_actor(
        &urls.activity(activity),
        &urls.actor(row.id),
        profile::document(app, &urls, &row).await?,
    );
    let inboxes =
        relations::follower_inboxes(&app.db.read, row.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
    let said = Said { id: activity, account_id: row.id, public: true, body };
    say_widely(app, said, inboxes).await
}
