//! What one listener hears of something that happened, on which of her streams.

use super::{News, Stream};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::entity::post;
use crate::service::announcements::{self, Announcement};
use crate::service::apps::Scopes;
use crate::service::filters::{self, Context};
use crate::service::happening::Happening;
use crate::service::messages::{self, Conversation};
use crate::service::muting::muted;
use crate::service::notifications::{self, Told};
use crate::service::views::Shown;
use crate::service::visibility::{can_see, could_see};
use crate::service::{Refusal, visibility};
use crate::store::{accounts, conversations, feeds, lists, reactions};

/// Something heard.
#[derive(Debug, Clone)]
pub enum Heard {
    Posted(Box<Shown>),
    Changed(Box<Shown>),
    /// A post or a boost with this id.
    Gone(i64),
    Told(Box<Told>),
    Merged,
    Conversed(Box<Conversation>),
    Filters,
    Announced(Box<Announcement>),
    /// How many react to what was announced, and how.
    Reacted {
        announcement: i64,
        name: String,
        count: i64,
    },
    Withdrawn(i64),
}

/// What somebody hears, on which of these streams; nothing she may not see.
pub async fn hear(
    app: &App,
    listener: i64,
    scopes: &Scopes,
    streams: &[Stream],
    news: &News,
) -> Result<Option<(Vec<Stream>, Heard)>, Refusal> {
    let wanted = |of: &dyn Fn(&Stream) -> bool| -> Vec<Stream> {
        streams.iter().filter(|stream| scopes.allow(stream.scope()) && of(stream)).cloned().collect()
    };
    let own = |account: &i64| *account == listener;
    let told = |stream: &Stream| match stream {
        Stream::User => scopes.allow("read:notifications"),
        stream => *stream == Stream::Notifications,
    };
    let (on, heard) = match &news.what {
        Happening::Told { account, notification } if own(account) => {
            let on = wanted(&told);
            if on.is_empty() {
                return Ok(None);
            }
            match notifications::one(app, listener, *notification).await {
                Ok(told) => (on, Heard::Told(Box::new(told))),
                Err(Refusal::Missing) => return Ok(None),
                Err(refusal) => return Err(refusal),
            }
        }
        Happening::Merged { account } if own(account) => (wanted(&told), Heard::Merged),
        Happening::Filters { account } if own(account) => (wanted(&|s| *s == Stream::User), Heard::Filters),
        Happening::Conversed { account, root } if own(account) => {
            let on = wanted(&|stream| *stream == Stream::Direct);
            let row = conversations::by_root(&app.db.read, listener, *root).await?.filter(|_| !on.is_empty());
            match messages::whole(app, listener, row.into_iter().collect()).await?.pop() {
                Some(conversation) => (on, Heard::Conversed(Box::new(conversation))),
                None => return Ok(None),
            }
        }
        Happening::Announced { announcement } => match announcements::one(app, listener, *announcement).await {
            Ok(said) => (wanted(&|s| *s == Stream::User), Heard::Announced(Box::new(said))),
            Err(_) => return Ok(None),
        },
        Happening::Reacted { announcement, name } => match announcements::one(app, listener, *announcement).await {
            Ok(said) => {
                let count = said.reactions.iter().find(|r| r.name == *name).map_or(0, |r| r.count);
                let heard = Heard::Reacted { announcement: *announcement, name: name.clone(), count };
                (wanted(&|s| *s == Stream::User), heard)
            }
            Err(_) => return Ok(None),
        },
        Happening::Withdrawn { announcement } => (wanted(&|s| *s == Stream::User), Heard::Withdrawn(*announcement)),
        _ => {
            let on = wanted(&|_| true);
            return match &news.post {
                Some(post) => of_post(app, listener, on, news, post).await,
                None => Ok(None),
            };
        }
    };
    Ok(if on.is_empty() { None } else { Some((on, heard)) })
}

/// The same of what happened with a post.
async fn of_post(
    app: &App,
    listener: i64,
    streams: Vec<Stream>,
    news: &News,
    post: &post::Model,
) -> Result<Option<(Vec<Stream>, Heard)>, Refusal> {
    let mut on = Vec::new();
    for stream in streams {
        if concerns(app, listener, &stream, news, post).await? {
            on.push(stream);
        }
    }
    if on.is_empty() {
        return Ok(None);
    }
    let db = &app.db.read;
    if let Happening::Gone { .. } | Happening::Unboosted { .. } = &news.what {
        let id = if let Happening::Unboosted { boost, .. } = &news.what { *boost } else { post.id };
        return Ok(could_see(db, listener, post).await?.then_some((on, Heard::Gone(id))));
    }
    let boost = match &news.what {
        Happening::CameHome { boost: Some(id), .. } => match reactions::boost_by_id(db, *id).await? {
            Some(boost) => Some(boost),
            None => return Ok(None),
        },
        _ => None,
    };
    let speakers = [post.account_id].into_iter().chain(boost.as_ref().map(|b| b.account_id));
    if !muted(db, listener, speakers, app.now()).await?.is_empty() {
        return Ok(None);
    }
    let Some(post) = can_see(db, Some(listener), vec![post.clone()]).await?.pop() else { return Ok(None) };
    if let Some(boost) = &boost
        && visibility::unless_blocked(app, Some(listener), boost.account_id).await.is_err()
    {
        return Ok(None);
    }
    let on = unhidden(app, listener, on, &post).await?;
    if on.is_empty() {
        return Ok(None);
    }
    let shown = Box::new(Shown { post, boost });
    Ok(Some((on, if let Happening::Changed { .. } = news.what { Heard::Changed(shown) } else { Heard::Posted(shown) })))
}

/// The streams on which none of the listener's filters hides this.
async fn unhidden(app: &App, listener: i64, on: Vec<Stream>, post: &post::Model) -> Result<Vec<Stream>, Refusal> {
    let mut shown = Vec::new();
    for stream in on {
        let context = match stream {
            Stream::User | Stream::List(_) => Context::Home,
            _ => Context::Public,
        };
        if !filters::hide(app, Some(listener), context, vec![post.clone()], |post| post).await?.is_empty() {
            shown.push(stream);
        }
    }
    Ok(shown)
}

/// Whether a stream is about that at all; whether its listener may see it is looked up after.
async fn concerns(app: &App, listener: i64, stream: &Stream, news: &News, post: &post::Model) -> Result<bool, Refusal> {
    let open = visibility::of(post) == Visibility::Public;
    let gone = matches!(news.what, Happening::Gone { .. });
    let on_walls = matches!(news.what, Happening::Posted { .. } | Happening::Changed { .. } | Happening::Gone { .. });
    Ok(match stream {
        Stream::User => match &news.what {
            Happening::CameHome { boost, .. } => in_home(app, listener, post, boost.unwrap_or(post.id)).await?,
            Happening::Changed { .. } => feeds::entry(&app.db.read, listener, post.id).await?.is_some(),
            Happening::Gone { .. } | Happening::Unboosted { .. } => true,
            _ => false,
        },
        Stream::Public { here, pictures } => {
            let answers = post.in_reply_to_id.is_some() || post.in_reply_to_uri.is_some();
            on_walls
                && open
                && !answers
                && here.is_none_or(|here| here == post.uri.is_none())
                && (gone || !pictures || post.photo_count > 0)
        }
        // What is gone carries no hashtags any more.
        Stream::Hashtag { key, here, .. } => {
            on_walls && open && (gone || news.tags.contains(key)) && (!here || post.uri.is_none())
        }
        Stream::List(id) => {
            let own = lists::by_id(&app.db.read, *id).await?.is_some_and(|list| list.account_id == listener);
            own && match &news.what {
                Happening::CameHome { boost, .. } => came(app, *id, post, boost.unwrap_or(post.id)).await?,
                Happening::Changed { .. } => feeds::entry(&app.db.read, *id, post.id).await?.is_some(),
                Happening::Gone { .. } | Happening::Unboosted { .. } => true,
                _ => false,
            }
        }
        Stream::Notifications | Stream::Direct => false,
    })
}

/// Whether a post came into somebody's home just so, and she wants to see its like there.
async fn in_home(app: &App, owner: i64, post: &post::Model, entry_id: i64) -> Result<bool, Refusal> {
    if !came(app, owner, post, entry_id).await? {
        return Ok(false);
    }
    let login = accounts::login_of(&app.db.read, owner).await?;
    Ok(login.is_some_and(|login| post.photo_count > 0 || login.home_pictures == 0))
}

/// Whether a post came into a home or a list just so.
async fn came(app: &App, place: i64, post: &post::Model, entry_id: i64) -> Result<bool, Refusal> {
    Ok(feeds::entry(&app.db.read, place, post.id).await?.is_some_and(|entry| entry.entry_id == entry_id))
}
