//! `media …`: looking after what is stored.

use crate::app::{App, Overrides};
use crate::config::Settings;
use crate::service::photos::rebuild::{self, Progress, Which};
use clap::Subcommand;
use std::io::{IsTerminal, Write};

#[derive(Debug, Subcommand)]
pub enum Media {
    /// Make served sizes again from the originals: those an older version made, or that were made with
    /// other qualities than the settings name now. Can be stopped and begun again, and run beside the
    /// server.
    Rebuild {
        /// Also those that are up to date: after a change of what is written into files.
        #[arg(long)]
        all: bool,
    },
}

pub async fn run(settings: Settings, command: Media) -> anyhow::Result<()> {
    let app = App::open(settings, Overrides::default()).await?;
    let done = match command {
        Media::Rebuild { all } => make_again(&app, if all { Which::All } else { Which::Outdated }).await,
    };
    app.stopping.cancel();
    app.tasks.close();
    app.tasks.wait().await;
    app.db.clone().close().await?;
    done
}

async fn make_again(app: &App, which: Which) -> anyhow::Result<()> {
    let live = std::io::stdout().is_terminal();
    let told = |progress: Progress| {
        // A line a photo is too much for a log.
        if live {
            print!("\r{}", words(progress));
            let _ = std::io::stdout().flush();
        } else if progress.done.is_multiple_of(100) {
            println!("{}", words(progress));
        }
    };
    let progress = rebuild::rebuild(app, which, told).await?;
    println!("{}{}", if live { "\r" } else { "" }, words(progress));
    anyhow::ensure!(
        progress.failed == 0,
        "{} photos could not be made again and stay as they are; the log says why",
        progress.failed
    );
    Ok(())
}

fn words(progress: Progress) -> String {
    format!("{} of {} photos, {} files changed.", progress.done, progress.total, progress.changed)
}
