//! Markers and preferences.

use super::time;
use crate::entity::read_marker;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How far somebody has read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Marker {
    pub last_read_id: String,
    pub version: i64,
    pub updated_at: String,
}

/// Those that are set, by timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Markers(BTreeMap<String, Marker>);

impl Markers {
    pub fn of(rows: Vec<read_marker::Model>) -> Self {
        let one = |row: read_marker::Model| {
            let marker = Marker {
                last_read_id: row.last_read_id.to_string(),
                version: row.version,
                updated_at: time(row.updated_at),
            };
            (row.timeline, marker)
        };
        Self(rows.into_iter().map(one).collect())
    }
}

/// How somebody posts and reads unless she says otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Preferences {
    #[serde(rename = "posting:default:visibility")]
    pub visibility: String,
    #[serde(rename = "posting:default:sensitive")]
    pub sensitive: bool,
    #[serde(rename = "posting:default:language")]
    pub language: Option<String>,
    #[serde(rename = "posting:default:quote_policy")]
    pub quote_policy: String,
    #[serde(rename = "reading:expand:media")]
    pub expand_media: String,
    #[serde(rename = "reading:expand:spoilers")]
    pub expand_spoilers: bool,
    #[serde(rename = "reading:autoplay:gifs")]
    pub autoplay_gifs: bool,
}
