//! `media move`: how far it has come, and what is left to be done.

use crate::app::App;
use crate::cli::progress::Line;
use crate::config::Place;
use crate::service::storage::moving::{self, Progress};

/// Names listed at the end; the log has all that failed.
const NAMED: usize = 20;

pub async fn run(app: &App, from: Place, to: Place) -> anyhow::Result<()> {
    let mut line = Line::new();
    let progress = moving::move_all(app, from, to, |progress| line.say(|| words(progress))).await?;
    line.end(&words(&progress));
    for (what, keys) in [("damaged", &progress.damaged), ("failed", &progress.failed)] {
        for key in keys.iter().take(NAMED) {
            println!("{what}\t{key}");
        }
    }
    anyhow::ensure!(
        progress.failed.is_empty(),
        "{} files could not be moved and stay in {from}, where the server finds them; run this again",
        progress.failed.len()
    );
    if !progress.damaged.is_empty() {
        println!(
            "{} files are not what was stored under their names; they were moved as they are. `media rebuild --all` makes \
             sizes again from originals.",
            progress.damaged.len()
        );
    }
    println!("{}", done(from));
    Ok(())
}

/// What is to be done now.
fn done(from: Place) -> &'static str {
    match from {
        Place::Local => {
            "Everything is in the bucket now. At its next start the server does not look into the folder any more."
        }
        Place::S3 => {
            "Everything is in the folder now. Take the settings of the bucket (s3_…) and media_store away and start the \
             server anew."
        }
    }
}

fn words(progress: &Progress) -> String {
    let there = match progress.there {
        0 => String::new(),
        n => format!(", {n} were there already"),
    };
    let failed = match progress.failed.len() {
        0 => String::new(),
        n => format!(", {n} failed"),
    };
    let (whole, part) = (progress.per_mille / 10, progress.per_mille % 10);
    format!("{whole}.{part} %: {} files moved, {} bytes{there}{failed}.", progress.files, progress.bytes)
}
