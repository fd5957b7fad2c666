//! Accounts that go, and what was delivered to whom.

use super::deliveries;
use crate::app::App;
use crate::service::{accounts, leaving};
use crate::store::delivery_log::Which;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum People {
    /// Delete an account of this server for good: with its posts, its photos and its name, which nobody can
    /// ever take again. Other servers are asked to delete it too.
    DeleteAccount {
        name: String,
        /// Nothing is done without it.
        #[arg(long)]
        for_good: bool,
    },
    /// Suspend an account, of this server or another: nobody sees it or hears from it. Can be taken back.
    Suspend { name: String },
    /// Let a suspended account be seen again.
    Unsuspend { name: String },
    /// Clear away what is kept of an account of another server: its posts and every picture.
    PurgeAccount { name: String },
    /// The same for everybody of a server, and of those below it.
    PurgeDomain { domain: String },
    /// Show how deliveries to other servers went, newest first, and which servers are out of order.
    Deliveries {
        /// Only those to this host.
        #[arg(long)]
        host: Option<String>,
        /// Only what did not arrive.
        #[arg(long)]
        failed: bool,
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
}

pub async fn act(app: &App, command: People) -> anyhow::Result<()> {
    match command {
        People::DeleteAccount { name, for_good } => delete(app, &name, for_good).await?,
        People::Suspend { name } => {
            leaving::suspend(app, &anybody(app, &name).await?, true).await?;
            println!("{name} is suspended.");
        }
        People::Unsuspend { name } => {
            leaving::suspend(app, &anybody(app, &name).await?, false).await?;
            println!("{name} can be seen again.");
        }
        People::PurgeAccount { name } => {
            let row = anybody(app, &name).await?;
            anyhow::ensure!(!row.domain.is_empty(), "{name} is of this server: see delete-account");
            println!("{} posts of {name} and all pictures were cleared away.", leaving::purge(app, &row).await?);
        }
        People::PurgeDomain { domain } => {
            let (people, posts) = leaving::purge_domain(app, &domain).await?;
            println!("{posts} posts of {people} people and all their pictures were cleared away.");
        }
        People::Deliveries { host, failed, limit } => {
            let which = Which { host, failed, limit, ..Which::default() };
            print!("{}", deliveries::report(app, which).await?);
        }
    }
    Ok(())
}

async fn delete(app: &App, name: &str, for_good: bool) -> anyhow::Result<()> {
    let row = local(app, name).await?;
    let name = &row.username;
    anyhow::ensure!(
        for_good,
        "this deletes @{name} with every post and photo, here and on other servers, and cannot be taken back; say so \
         with --for-good"
    );
    leaving::delete(app, &row).await?;
    println!("@{name} is deleted. Other servers are told, and files are removed, while the server runs.");
    Ok(())
}

/// An account of this server.
pub async fn local(app: &App, name: &str) -> anyhow::Result<accounts::Row> {
    let row = accounts::local(app, name.trim_start_matches('@')).await;
    row.map_err(|_| anyhow::anyhow!("nobody here is called {name}"))
}

/// An account of this server or another, suspended or not.
async fn anybody(app: &App, name: &str) -> anyhow::Result<accounts::Row> {
    let row = accounts::known(app, name.trim_start_matches('@')).await;
    row.map_err(|_| anyhow::anyhow!("nobody is known here as {name}"))
}
