//! `media …`: looking after what is stored.

mod moving;
mod sweeping;

use crate::app::{App, Overrides};
use crate::clock::DAY;
use crate::config::{Place, Settings};
use crate::service::federation::kept::{self, Room};
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
    /// Move everything that is stored from the data folder to the bucket, or back, while the server runs. Each
    /// file is read back before it is taken away where it was. Can be stopped and begun again.
    Move {
        /// local or s3.
        #[arg(long)]
        from: Place,
        /// Where the settings have new media put: local or s3.
        #[arg(long)]
        to: Place,
    },
    /// List what is stored and nobody's: files no row knows, rows whose file is not there, uploads that were
    /// never ended. What is younger than a day is left out.
    Sweep {
        /// Delete the files and the uploads; rows stay.
        #[arg(long)]
        delete: bool,
    },
    /// Print how many bytes are stored: of this server's people, and of other servers.
    Usage,
    /// Put pictures of other servers away until the rest fits, those first that nobody looked at for longest.
    /// They come back when somebody looks. Without options: what the settings say, at once.
    Evict {
        /// So many bytes of them may stay.
        #[arg(long)]
        bytes: Option<u64>,
        /// Those that somebody looked at within so many days may stay.
        #[arg(long)]
        days: Option<u32>,
    },
}

pub async fn run(settings: Settings, command: Media) -> anyhow::Result<()> {
    let app = App::open(settings, Overrides::default()).await?;
    let done = match command {
        Media::Rebuild { all } => make_again(&app, if all { Which::All } else { Which::Outdated }).await,
        Media::Move { from, to } => moving::run(&app, from, to).await,
        Media::Sweep { delete } => sweeping::run(&app, delete).await,
        Media::Usage => print_usage(&app).await,
        Media::Evict { bytes, days } => evict(&app, bytes, days).await,
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

async fn print_usage(app: &App) -> anyhow::Result<()> {
    let usage = kept::usage(app).await?;
    let bytes = usage.bytes;
    println!("ours\toriginals\t{}", bytes.originals);
    println!("ours\tsizes, avatars and headers\t{}", bytes.ours);
    println!("remote\tphotos\t{}\t{} photos; {} more were put away", bytes.photos, usage.photos, usage.put_away);
    println!("remote\tavatars and headers\t{}", bytes.pictures);
    println!("remote\tmost that is kept\t{}", app.settings.remote_media_bytes);
    Ok(())
}

async fn evict(app: &App, bytes: Option<u64>, days: Option<u32>) -> anyhow::Result<()> {
    let mut room = Room::of(app);
    if let Some(bytes) = bytes {
        room.bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    }
    if let Some(days) = days {
        room.seen_since = app.now() - i64::from(days) * DAY;
    }
    let done = kept::put_away(app, room, u64::MAX).await?;
    let left = kept::usage(app).await?.bytes;
    println!(
        "{} put away, {} bytes; {} bytes of other servers' pictures stay. A running server removes the files within \
         moments, else the next start does.",
        done.items,
        done.bytes,
        left.photos + left.pictures
    );
    Ok(())
}

fn words(progress: Progress) -> String {
    format!("{} of {} photos, {} files changed.", progress.done, progress.total, progress.changed)
}
