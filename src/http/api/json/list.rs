//! List.

use crate::entity::list;
use serde::Serialize;
use utoipa::ToSchema;

/// A list of people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List {
    pub id: String,
    pub title: String,
    /// Whose answers are shown: `followed`, `list` or `none`.
    pub replies_policy: String,
    /// Its people stay out of home.
    pub exclusive: bool,
}

impl List {
    pub fn of(row: &list::Model) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title.clone(),
            replies_policy: row.replies_policy.clone(),
            exclusive: row.exclusive != 0,
        }
    }
}
