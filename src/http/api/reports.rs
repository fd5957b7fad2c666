//! Reports.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Report};
use super::{Access, ApiError, Route};
use crate::service::reporting::{self, Complaint};
use crate::service::{accounts, limits};

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/reports", Access::Person(&["write:reports"]), report)
            .takes(&["account_id:id", "status_ids[]:id", "comment", "forward:flag", "category", "rule_ids[]"])
            .gives::<Report>(),
    ]
}

async fn report(call: Call) -> Answer {
    let params = &call.params;
    let target_id = params.id("account_id")?.ok_or_else(|| ApiError::invalid("account_id", "Say whom."))?;
    let target = accounts::there(&call.app, target_id).await?;
    let rules: Vec<String> = params.list("rule_ids").into_iter().take(limits::RULES).map(str::to_owned).collect();
    let usual = if rules.is_empty() { "other" } else { "violation" };
    let complaint = Complaint {
        target_id: target.id,
        category: params.text("category").unwrap_or(usual).to_owned(),
        comment: params.text("comment").unwrap_or_default().to_owned(),
        posts: params.ids("status_ids"),
        forward: params.flag("forward") == Some(true),
        rules,
    };
    let row = reporting::report(&call.app, &call.me()?.account, complaint).await?;
    json(&Report::of(&row, entities::account(&call, target).await?))
}
