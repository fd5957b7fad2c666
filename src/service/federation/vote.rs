//! Votes in polls of other servers, said to whoever asked: one `Create` a choice, of a note with the name of
//! the option, in answer to the poll (as Mastodon has it). None is heard: nobody here asks.

use super::say::{self, Said};
use super::urls::Urls;
use crate::activitypub::render::activity as render;
use crate::app::App;
use crate::entity::post;
use crate::service::Refusal;
use crate::store::accounts;
use sea_orm::ConnectionTrait;

/// Somebody here chose the options of these names.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    voter_id: i64,
    post: &post::Model,
    names: &[&str],
) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let author = accounts::by_id(tx, post.account_id).await?.filter(|a| !a.domain.is_empty());
    let (Some(author), Some(question)) = (author, &post.uri) else { return Ok(()) };
    let Some(asker) = &author.uri else { return Ok(()) };
    for name in names {
        let id = app.id();
        let vote = render::Vote { voter: &urls.actor(voter_id), asker, question, name };
        let body = render::vote(&urls.activity(id), &urls.vote(voter_id, id), vote);
        say::say(app, tx, Said { id, account_id: voter_id, public: false, body }, say::to_one(&author)).await?;
    }
    Ok(())
}
