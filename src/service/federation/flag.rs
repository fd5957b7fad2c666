//! Reports across servers. What goes out is said by the server itself, so that nobody learns who reported.

use super::say::{self, Said, say as tell};
use super::urls::{Named, known_actor, known_post};
use crate::activitypub::render::activity as render;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, post, report};
use crate::service::accounts::INSTANCE;
use crate::service::{Refusal, reporting};
use crate::store::{accounts, posts};
use sea_orm::ConnectionTrait;

/// Tells the server of a reported person.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &report::Model,
    target: &account::Model,
    named: &[post::Model],
) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let Some(reported) = known_actor(app, target) else { return Ok(()) };
    let named: Vec<String> = named.iter().filter_map(|p| known_post(app, target, p)).collect();
    let body = render::flag(&urls.activity(row.id), &urls.actor(INSTANCE), &reported, &named, &row.comment);
    tell(app, tx, Said { id: row.id, account_id: INSTANCE, public: false, body }, say::to_one(target)).await
}

/// Another server reports people or posts of this one; what it names of others is left out.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let (mut people, mut named) = (Vec::new(), Vec::new());
    for id in &activity.objects {
        match urls.parse(id.as_str()) {
            Some(Named::Actor(id)) if id != INSTANCE => people.push(id),
            Some(Named::Post(id)) => named.extend(posts::by_id(&app.db.read, id).await?.filter(|p| p.uri.is_none())),
            _ => {}
        }
    }
    people.extend(named.iter().map(|p| p.account_id));
    people.sort_unstable();
    people.dedup();
    let comment: String = activity.content.clone().unwrap_or_default();
    for person in people {
        let here = accounts::by_id(&app.db.read, person).await?.filter(|a| a.domain.is_empty());
        if here.is_some() {
            let ids: Vec<i64> = named.iter().filter(|p| p.account_id == person).map(|p| p.id).collect();
            reporting::heard(app, signer, person, &ids, &comment).await?;
        }
    }
    Ok(())
}
