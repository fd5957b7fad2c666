//! `media move`: how far it has come, on a terminal as one line that changes, else as a line now and then.

use crate::app::App;
use crate::config::Place;
use crate::service::storage::moving::{self, Progress};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// On a terminal the line changes no more often than this …
const SHOWN: Duration = Duration::from_millis(100);
/// … and into a log a line goes no more often than this.
const LOGGED: Duration = Duration::from_secs(10);
/// Names listed at the end; the log has all that failed.
const NAMED: usize = 20;

pub async fn run(app: &App, from: Place, to: Place) -> anyhow::Result<()> {
    let live = std::io::stdout().is_terminal();
    let (every, mut last) = (if live { SHOWN } else { LOGGED }, None::<Instant>);
    let told = |progress: &Progress| {
        if last.is_some_and(|last| last.elapsed() < every) {
            return;
        }
        last = Some(Instant::now());
        if live {
            // What stood there before may have been longer.
            print!("\r{}\x1b[K", words(progress));
            let _ = std::io::stdout().flush();
        } else {
            println!("{}", words(progress));
        }
    };
    let progress = moving::move_all(app, from, to, told).await?;
    println!("{}{}", if live { "\r\x1b[K" } else { "" }, words(&progress));
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
