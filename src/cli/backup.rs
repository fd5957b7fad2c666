//! `backup` and `restore`.

use super::progress::Line;
use crate::app::{App, Overrides};
use crate::config::Settings;
use crate::service::accounts;
use crate::service::backup::{self, Progress};
use crate::store;
use anyhow::Context;
use std::path::Path;

/// Names listed at the end.
const NAMED: usize = 20;

/// Makes a backup beside the server.
pub async fn make(settings: Settings, folder: &Path, files: bool) -> anyhow::Result<()> {
    let app = App::open(settings, Overrides::default()).await?;
    let mut line = Line::new();
    let made = backup::make(&app, folder, files, |progress| line.say(|| words(progress))).await;
    close(&app).await?;
    let made = made?;
    let rows: u64 = made.tables.iter().map(|sum| sum.rows).sum();
    line.end(&format!("{}: {} tables, {rows} rows, the secret.", folder.display(), made.tables.len()));
    let media = &made.media;
    println!(
        "{} files of media, {} bytes, are listed{}.",
        media.files,
        media.bytes,
        match files {
            true => " and copied",
            false => ", not copied",
        }
    );
    if media.missing > 0 {
        println!("{} of them are nowhere; `media sweep` lists them.", media.missing);
    }
    Ok(())
}

/// Makes a server of a backup again, where there is none.
pub async fn restore(settings: Settings, folder: &Path) -> anyhow::Result<()> {
    let mut line = Line::new();
    let restored = backup::restore(&settings, folder, |progress| line.say(|| words(progress))).await?;
    let rows: u64 = restored.tables.iter().map(|sum| sum.rows).sum();
    line.end(&format!(
        "{} tables, {rows} rows of {}, the same as in the backup.",
        restored.tables.len(),
        restored.made_at
    ));
    let app = App::open(settings, Overrides::default()).await?;
    let done = media(&app, folder).await;
    close(&app).await?;
    done?;
    println!("Restored; start the server.");
    Ok(())
}

async fn media(app: &App, folder: &Path) -> anyhow::Result<()> {
    if store::accounts::by_id(&app.db.read, accounts::INSTANCE).await?.is_some() {
        accounts::signing_key(app, accounts::INSTANCE).await.context("the secret does not open the keys")?;
    }
    let mut line = Line::new();
    let went = backup::bring_back(app, folder, |progress| line.say(|| words(progress))).await?;
    line.end(&format!(
        "{} files of media are there, {} came from the backup.",
        went.there + went.brought,
        went.brought
    ));
    for (what, keys) in [("missing", &went.missing), ("damaged", &went.damaged)] {
        for key in keys.iter().take(NAMED) {
            println!("{what}\t{key}");
        }
    }
    let lost = went.missing.len() + went.damaged.len();
    if lost > 0 {
        println!(
            "{lost} files of media are not there: put them where they were, in {} or the bucket. `media sweep` lists them \
             all.",
            app.settings.data_dir.join("media").display()
        );
    }
    Ok(())
}

async fn close(app: &App) -> anyhow::Result<()> {
    app.stopping.cancel();
    app.tasks.close();
    app.tasks.wait().await;
    Ok(app.db.clone().close().await?)
}

fn words(progress: Progress<'_>) -> String {
    match progress {
        Progress::Checking => "Looking whether the backup is whole.".to_owned(),
        Progress::Database(progress) => super::db::words(progress),
        Progress::Media { per_mille, files } => {
            format!("{}.{} % of the media gone through, {files} files.", per_mille / 10, per_mille % 10)
        }
    }
}
