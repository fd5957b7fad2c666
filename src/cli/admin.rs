//! `admin …`: what the host does from the command line.

mod announcements;
mod deliveries;
mod emoji;
mod people;

use crate::app::{App, Overrides};
use crate::config::Settings;
use crate::service::accounts::{self, NewAccount};
use crate::service::{federation, moderation, reporting, sessions, views};
use crate::store;
use clap::Subcommand;
use std::io::{IsTerminal, Read};

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make an account. The password is read from standard input; without one a one-time link is printed.
    CreateAccount {
        name: String,
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "person", value_parser = ["person", "owner"])]
        role: String,
    },
    /// Set a new password (from standard input), or print a one-time link for it.
    ResetPassword { name: String },
    /// Keep a server out, with its subdomains, in both directions.
    BlockDomain {
        domain: String,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Let a server in again.
    UnblockDomain { domain: String },
    /// List the servers that are kept out.
    BlockedDomains,
    #[command(flatten)]
    People(people::People),
    /// List the reports that wait.
    Reports,
    /// Move an account's followers to another account, which must name it as its own already.
    Move { name: String, handle: String },
    /// Give somebody a new signing key and tell everybody who may have the old one, while the server runs.
    /// For a key that has become known to others; some servers never learn of the new one.
    RotateKey { name: String },
    #[command(flatten)]
    Emoji(emoji::Emoji),
    #[command(flatten)]
    Announcements(announcements::Announcements),
    /// Servers that pass public posts on to others.
    #[command(subcommand)]
    Relay(Relay),
    /// Put a new secret into secret.key and seal every signing key with it, while the server runs.
    RotateSecret,
}

#[derive(Debug, Subcommand)]
pub enum Relay {
    /// Join one: the address of its inbox (…/inbox), or of its actor where it is to be followed.
    Add { address: String },
    /// Leave one.
    Remove { address: String },
    /// List them, and whether they let this server in.
    List,
}

pub async fn run(settings: Settings, command: Admin) -> anyhow::Result<()> {
    let app = App::open(settings, Overrides::default()).await?;
    let done = act(&app, command).await;
    app.stopping.cancel();
    app.tasks.close();
    app.tasks.wait().await;
    app.db.clone().close().await?;
    done
}

async fn act(app: &App, command: Admin) -> anyhow::Result<()> {
    match command {
        Admin::CreateAccount { name, email, role } => {
            let password = password()?;
            let role = if role == "owner" { "owner" } else { "person" };
            let linked = password.is_none();
            let row = accounts::create(app, NewAccount { username: name, email, password, role }, None).await?;
            println!("@{} was made.", row.username);
            if linked {
                print_reset_link(app, row.id).await?;
            }
        }
        Admin::ResetPassword { name } => {
            let row = people::local(app, &name).await?;
            match password()? {
                Some(password) => {
                    sessions::set_password(app, row.id, &password, None).await?;
                    println!("The password of @{} was set, and every device was signed out.", row.username);
                }
                None => print_reset_link(app, row.id).await?,
            }
        }
        Admin::BlockDomain { domain, note } => {
            let domain = moderation::block_domain(app, &domain, &note).await?;
            println!("{domain} and its subdomains are kept out.");
        }
        Admin::UnblockDomain { domain } => {
            let was = moderation::unblock_domain(app, &domain).await?;
            println!("{}", if was { "Let in again." } else { "It was not kept out." });
        }
        Admin::People(command) => people::act(app, command).await?,
        Admin::Emoji(command) => emoji::act(app, command).await?,
        Admin::Announcements(command) => announcements::act(app, command).await?,
        Admin::Reports => print_reports(app).await?,
        Admin::Move { name, handle } => {
            let row = accounts::local(app, name.trim_start_matches('@'))
                .await
                .map_err(|_| anyhow::anyhow!("nobody here is called {name}"))?;
            federation::moving::say(app, &row, &handle).await?;
            println!("@{} has moved to {handle}; its followers are told.", row.username);
        }
        Admin::RotateKey { name } => {
            let told = federation::keys::rotate(app, name.trim_start_matches('@')).await?;
            println!("@{} has a new key; {told} servers are told.", name.trim_start_matches('@'));
        }
        Admin::Relay(relay) => relays(app, relay).await?,
        Admin::RotateSecret => {
            let keys = accounts::rotate_secret(app).await?;
            println!(
                "{keys} keys are sealed with the new secret, the first line of secret.key. Back that file up again."
            );
        }
        Admin::BlockedDomains => {
            for row in store::policies::blocked_domains(&app.db.read).await? {
                println!("{}\t{}", row.domain, row.note);
            }
        }
    }
    Ok(())
}

/// One line each: when, whom, why, by whom, and how many posts it names.
async fn print_reports(app: &App) -> anyhow::Result<()> {
    let mut before = None;
    loop {
        let page = store::reports::page(&app.db.read, true, store::Cursor::before(before, 100)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some(last.id);
        let ids = page.iter().flat_map(|r| [r.target_id, r.reporter_id]);
        let people = store::accounts::by_ids(&app.db.read, ids).await?;
        let handle = |id: &i64| people.get(id).map(|p| views::person(app, p).handle).unwrap_or_default();
        for row in page {
            let by = match people.get(&row.reporter_id) {
                Some(other) if !other.domain.is_empty() => other.domain.clone(),
                _ => handle(&row.reporter_id),
            };
            let posts = reporting::named_posts(app, &row).await?.len();
            let comment: String = row.comment.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let when = views::iso(row.created_at);
            println!("{when}\t{}\t{}\tby {by}\t{posts} posts\t{comment}", handle(&row.target_id), row.category);
        }
    }
}

async fn relays(app: &App, command: Relay) -> anyhow::Result<()> {
    match command {
        Relay::Add { address } => {
            let row = federation::relays::add(app, &address).await?;
            println!("{} was asked. It has to answer before anything is passed on; see: admin relay list", row.address);
        }
        Relay::Remove { address } => {
            let was = federation::relays::remove(app, &address).await?;
            println!("{}", if was { "Left." } else { "It was not there." });
        }
        Relay::List => {
            for row in store::relays::all(&app.db.read).await? {
                println!("{}\t{}\t{}", row.state, row.kind, row.address);
            }
        }
    }
    Ok(())
}

/// A password piped in; none when somebody sits at the keyboard or nothing came.
fn password() -> anyhow::Result<Option<String>> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut text = String::new();
    input.read_to_string(&mut text)?;
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    Ok(Some(text).filter(|t| !t.is_empty()))
}

async fn print_reset_link(app: &App, account_id: i64) -> anyhow::Result<()> {
    let link = sessions::make_link(app, sessions::RESET_LINK, Some(account_id)).await?;
    let here =
        app.public().map_or_else(|| format!("http://localhost:{}", app.settings.listen.port()), |p| p.origin.clone());
    println!("A password can be set here (works once, for a day): {here}/reset/{link}");
    Ok(())
}
