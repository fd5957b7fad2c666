//! The log of deliveries as text.

use crate::app::App;
use crate::service::federation::reach;
use crate::service::views;
use crate::store::delivery_log::{self, Which};
use crate::store::inboxes;
use std::fmt::Write;

/// Servers listed as out of order.
const HOSTS: u64 = 50;

/// One line a delivery, after those about servers that are out of order.
pub async fn report(app: &App, which: Which) -> anyhow::Result<String> {
    let mut text = String::new();
    for host in inboxes::all_failing(&app.db.read, HOSTS).await? {
        let until = if host.open_until > app.now() {
            format!("left alone until {}", views::iso(host.open_until))
        } else {
            "tried as usual".to_owned()
        };
        let (name, since, failures) = (&host.host, views::iso(host.failing_since), host.failures);
        writeln!(text, "! {name}\tfails since {since}, {failures} times in a row; {until}")?;
    }
    for line in delivery_log::lines(&app.db.read, which).await? {
        let how = reach::said(&line);
        let when = views::iso(line.ended_at.unwrap_or(line.run_at));
        writeln!(text, "{when}\t{}\t{}\t{how}\tattempts: {}", line.host, line.kind, line.attempts)?;
    }
    Ok(text)
}
