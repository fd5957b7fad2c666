//! The public address and handle domain are frozen once another server has heard them: ids made of
//! them stand in other databases for good.

use super::urls::Urls;
use crate::app::App;
use crate::service::Refusal;
use crate::store::settings;
use std::sync::atomic::Ordering;

const NAME: &str = "public_address";

/// Refuses to start under another address than the frozen one.
pub async fn check(app: &App) -> anyhow::Result<()> {
    let Some(frozen) = settings::get(&app.db.read, NAME).await? else { return Ok(()) };
    app.frozen.store(true, Ordering::Relaxed);
    let now = Urls::of(app).map(|u| said(&u)).unwrap_or_default();
    let (origin, domain) = frozen.split_once(' ').unwrap_or((&frozen, ""));
    anyhow::ensure!(
        now == frozen,
        "public_address cannot change: other servers know this one as {origin} (handles @…@{domain}), and every follower would be lost. \
         Set public_address = \"{origin}\"{} again.",
        if origin.ends_with(&format!("//{domain}")) {
            String::new()
        } else {
            format!(" and handle_domain = \"{domain}\"")
        },
    );
    Ok(())
}

fn said(urls: &Urls) -> String {
    format!("{} {}", urls.origin(), urls.handle_domain())
}

/// Another server hears an address of ours: from now on it stays. None while no public address is
/// set: then there is nothing to say.
pub async fn freeze(app: &App) -> Result<Urls, Refusal> {
    let urls = Urls::of(app).ok_or(Refusal::Missing)?;
    if !app.frozen.load(Ordering::Relaxed) {
        let value = said(&urls);
        app.db
            .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(settings::put(tx, NAME, value).await?) }))
            .await?;
        app.frozen.store(true, Ordering::Relaxed);
    }
    Ok(urls)
}
