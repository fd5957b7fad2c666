//! Custom emoji of this server.

use crate::app::App;
use crate::service::emoji;
use crate::store;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Emoji {
    /// Add a custom emoji, or put another picture in its place: people here write it as :NAME:.
    #[command(name = "add-emoji")]
    Add {
        name: String,
        /// A PNG, GIF, WebP or JPEG.
        file: PathBuf,
        /// What it is listed under where emoji are chosen.
        #[arg(long)]
        category: Option<String>,
    },
    /// Take a custom emoji away; what was written keeps its name as text.
    #[command(name = "remove-emoji")]
    Remove { name: String },
    /// List the custom emoji of this server.
    #[command(name = "emoji")]
    List,
}

pub async fn act(app: &App, command: Emoji) -> anyhow::Result<()> {
    match command {
        Emoji::Add { name, file, category } => {
            let name = name.trim_matches(':');
            emoji::add(app, name, file, category).await?;
            println!(":{name}: can be used.");
        }
        Emoji::Remove { name } => {
            let was = emoji::remove(app, name.trim_matches(':')).await?;
            println!("{}", if was { "Taken away." } else { "There was none of that name." });
        }
        Emoji::List => {
            for row in store::emoji::ours(&app.db.read).await? {
                println!(":{}:\t{}", row.shortcode, row.category.unwrap_or_default());
            }
        }
    }
    Ok(())
}
