//! The command line.

mod admin;
mod backup;
mod db;
mod media;
mod progress;
mod serve;

use crate::config::{KEYS, Role, Settings};
use crate::darkroom;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A photo-sharing server for the fediverse.
#[derive(Debug, Parser)]
#[command(name = "cyanotype", version, about)]
struct Cli {
    /// The settings file; cyanotype.toml, if it is there, when none is named.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// What this process does: all, web or worker; for a server of several processes.
    #[arg(long)]
    role: Option<Role>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default).
    Serve {
        /// What this process does: all, web or worker; for a server of several processes.
        #[arg(long)]
        role: Option<Role>,
    },
    /// Look after people and other servers.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Look after stored photos.
    #[command(subcommand)]
    Media(media::Media),
    /// Move the whole database.
    #[command(subcommand)]
    Db(db::Db),
    /// Make a backup in a new folder: the database as it is at one moment, the secret, and a list of the media.
    /// The server goes on meanwhile.
    Backup {
        /// A folder that is not there yet.
        folder: PathBuf,
        /// Copy the files of the media too.
        #[arg(long)]
        media: bool,
    },
    /// Make a server of a backup again, in a data folder and a database that hold none.
    Restore {
        /// A folder that `backup` made.
        folder: PathBuf,
    },
    /// Print the settings in force, and where each comes from.
    Config,
    /// Ask a running server whether it is well; for health checks.
    Health,
}

/// Runs the command line; what went wrong stands on standard error.
pub fn main() -> ExitCode {
    // Before anything else: such a process must own nothing yet.
    if std::env::args_os().nth(1).is_some_and(|first| first == darkroom::ARGUMENT) {
        return darkroom::run_inside();
    }
    let cli = Cli::parse();
    // One crypto provider for the whole process, named before anything asks for one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cyanotype: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = Settings::load(cli.config.as_deref())?;
    if let Some(Command::Config) = cli.command {
        print_settings(&settings);
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            None => serve::serve(with_role(settings, cli.role)).await,
            Some(Command::Serve { role }) => serve::serve(with_role(settings, role.or(cli.role))).await,
            Some(Command::Admin(command)) => admin::run(settings, command).await,
            Some(Command::Media(command)) => media::run(settings, command).await,
            Some(Command::Db(command)) => db::run(command).await,
            Some(Command::Backup { folder, media }) => Box::pin(backup::make(settings, &folder, media)).await,
            Some(Command::Restore { folder }) => Box::pin(backup::restore(settings, &folder)).await,
            Some(Command::Health) => serve::health(&settings).await,
            Some(Command::Config) => Ok(()),
        }
    })
}

/// What the command line says goes before what the settings say.
fn with_role(settings: Settings, role: Option<Role>) -> Settings {
    Settings { role: role.unwrap_or(settings.role), ..settings }
}

fn print_settings(settings: &Settings) {
    for line in &settings.printed {
        let about = KEYS.iter().find(|k| k.name == line.name).map_or("", |k| k.about);
        println!("{} = {}  # {} — {}", line.name, line.value, line.source, about);
    }
}
