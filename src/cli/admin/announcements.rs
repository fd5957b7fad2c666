//! What the server has to say to everybody.

use crate::app::App;
use crate::clock::DAY;
use crate::service::{announcements, views};
use crate::store;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Announcements {
    /// Say something to everybody who has an account here: apps show it until it is dismissed.
    Announce {
        text: String,
        /// It is over after so many days; without this it stands until it is withdrawn.
        #[arg(long)]
        days: Option<u16>,
    },
    /// List what was announced.
    #[command(name = "announcements")]
    List,
    /// Take an announcement back, by its number.
    Withdraw { number: i64 },
}

pub async fn act(app: &App, command: Announcements) -> anyhow::Result<()> {
    match command {
        Announcements::Announce { text, days } => {
            let ends = days.map(|days| app.now() + i64::from(days) * DAY);
            let row = announcements::announce(app, &text, ends).await?;
            println!("Announced, as number {}.", row.id);
        }
        Announcements::List => {
            for row in store::announcements::all(&app.db.read).await? {
                let ends = row.ends_at.map(views::iso).unwrap_or_default();
                println!("{}\t{}\t{ends}\t{}", row.id, views::iso(row.published_at), row.text.replace('\n', " "));
            }
        }
        Announcements::Withdraw { number } => {
            let was = announcements::withdraw(app, number).await?;
            println!("{}", if was { "Taken back." } else { "There was none of that number." });
        }
    }
    Ok(())
}
