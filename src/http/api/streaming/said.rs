//! An event in the words of the API.

use crate::app::App;
use crate::http::api::json as entities;
use crate::service::apps::Scopes;
use crate::service::federation::urls::Urls;
use crate::service::streaming::{Heard, News, Stream, hear};
use crate::service::{Refusal, views};
use serde::Serialize;
use serde_json::json;

/// Somebody who listens.
pub struct Listener {
    pub app: App,
    pub urls: Urls,
    pub id: i64,
    pub scopes: Scopes,
}

/// An event, and on which of her streams it is.
pub struct Said {
    pub streams: Vec<Stream>,
    pub event: &'static str,
    /// JSON, or an id; some say nothing more than that they happened.
    pub payload: Option<String>,
}

impl Listener {
    /// What she hears of what happened. What fails is logged and not heard.
    pub async fn hears(&self, streams: &[Stream], news: &News) -> Option<Said> {
        match self.try_hear(streams, news).await {
            Ok(said) => said,
            Err(error) => {
                tracing::warn!(%error, "something that happened could not be told to somebody who listens");
                None
            }
        }
    }

    async fn try_hear(&self, streams: &[Stream], news: &News) -> Result<Option<Said>, Refusal> {
        let Some((streams, heard)) = hear(&self.app, self.id, &self.scopes, streams, news).await? else {
            return Ok(None);
        };
        let (event, payload) = match heard {
            Heard::Posted(shown) => ("update", self.status(*shown).await?),
            Heard::Changed(shown) => ("status.update", self.status(*shown).await?),
            Heard::Gone(id) => ("delete", Some(id.to_string())),
            Heard::Told(told) => {
                let said = entities::told(&self.app, &self.urls, self.id, *told).await?;
                ("notification", said.as_ref().map(text).transpose()?)
            }
            Heard::Conversed(conversation) => {
                let said = entities::conversations(&self.app, &self.urls, self.id, vec![*conversation]).await?;
                ("conversation", said.first().map(text).transpose()?)
            }
            Heard::Announced(said) => {
                ("announcement", Some(text(&entities::Announcement::of(&self.app, &self.urls, &said))?))
            }
            Heard::Reacted { announcement, name, count } => {
                let said = json!({ "announcement_id": announcement.to_string(), "name": name, "count": count });
                ("announcement.reaction", Some(said.to_string()))
            }
            Heard::Withdrawn(id) => ("announcement.delete", Some(id.to_string())),
            Heard::Merged => ("notifications_merged", Some("1".to_owned())),
            Heard::Filters => return Ok(Some(Said { streams, event: "filters_changed", payload: None })),
        };
        Ok(payload.map(|payload| Said { streams, event, payload: Some(payload) }))
    }

    async fn status(&self, shown: views::Shown) -> Result<Option<String>, Refusal> {
        let found = entities::statuses_for(&self.app, &self.urls, Some(self.id), vec![shown]).await?;
        found.first().map(text).transpose()
    }
}

fn text(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(Refusal::broken)
}
