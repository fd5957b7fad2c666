//! What somebody notes about another, for herself alone.

use super::{Refusal, limits};
use crate::app::App;
use crate::entity::person_note;
use crate::store::person_notes;

/// Writes it anew; an empty one goes.
pub async fn note(app: &App, who: i64, target_id: i64, comment: &str) -> Result<(), Refusal> {
    let comment = comment.trim().to_owned();
    let length = comment.chars().count();
    if length > limits::NOTE {
        let why = format!("The note has {length} characters; {} are possible.", limits::NOTE);
        return Err(Refusal::invalid("comment", why));
    }
    let row = person_note::Model { account_id: who, target_id, comment };
    app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(person_notes::put(tx, row).await?) })).await
}
