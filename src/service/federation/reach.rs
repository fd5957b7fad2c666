//! Where a post has got to: what its author is shown of its deliveries.

use crate::app::App;
use crate::service::Refusal;
use crate::store::deliveries::{ARRIVED, GIVEN_UP, NOT_NEEDED, REFUSED, STOPPED, WAITING};
use crate::store::delivery_log::{self, Line, Which};

/// Deliveries shown on one page.
pub const PAGE: u64 = 200;

/// Servers that have a post, of how many it was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub reached: i64,
    pub of: i64,
}

/// How far a post got; nothing where it went nowhere, or so long ago that nobody remembers.
pub async fn of_post(app: &App, post_id: i64) -> Result<Option<Reach>, Refusal> {
    let (reached, of) = delivery_log::reached(&app.db.read, post_id).await?;
    Ok((of > 0).then_some(Reach { reached, of }))
}

/// The deliveries of a post, newest first: a page of them, and where the next begins.
pub async fn lines(app: &App, post_id: i64, before: Option<i64>) -> Result<(Vec<Line>, Option<i64>), Refusal> {
    let which = Which { object: Some(post_id), before, limit: PAGE, ..Which::default() };
    let lines = delivery_log::lines(&app.db.read, which).await?;
    let full = lines.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = lines.last().filter(|_| full).map(|line| line.id);
    Ok((lines, next))
}

/// How a delivery stands, in words.
pub fn said(line: &Line) -> String {
    let answer = match (line.status, line.answer.as_deref().unwrap_or_default().trim()) {
        (0, "") => String::new(),
        (0, why) => format!(": {why}"),
        (status, "") => format!(": it answered {status}"),
        (status, why) => format!(": it answered {status}, {why}"),
    };
    match line.state {
        WAITING if line.attempts > 0 && !answer.is_empty() => format!("will be tried again{answer}"),
        WAITING => "on its way".to_owned(),
        ARRIVED => "arrived".to_owned(),
        REFUSED => format!("not taken{answer}"),
        NOT_NEEDED => "not needed any more".to_owned(),
        GIVEN_UP => format!("given up{answer}"),
        STOPPED => "not tried: the server has not answered for a week".to_owned(),
        _ => "unknown".to_owned(),
    }
}
