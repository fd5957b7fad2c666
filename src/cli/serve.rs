//! `serve`: start, run, stop.

use crate::app::{App, Overrides};
use crate::config::{Database, Settings};
use crate::service::storage::serving::Serving;
use crate::service::{accounts, description, federation, sessions, storage};
use crate::store::presence::Presence;
use crate::{http, store, telemetry, worker};
use anyhow::Context;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

/// After this, the process ends whatever is still open.
const LAST_MOMENT: Duration = Duration::from_secs(28);
/// Photos that were accepted and are not made yet have until then: what is open still has to be closed.
const LAST_TASKS: Duration = Duration::from_secs(26);

/// Runs the server until it is told to stop.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(&settings);
    raise_open_files();
    let listen = settings.listen;
    let app = App::open(settings, Overrides::default()).await?;
    federation::frozen::check(&app).await?;
    accounts::ensure_instance(&app).await.context("the server's own account could not be made")?;
    anyhow::ensure!(
        accounts::opens_keys(&app).await?,
        "secret.key in the data folder does not open the keys in this database; copy it from another machine of this \
         server, or from a backup"
    );
    description::since(&app).await?;
    let _held = hold(&app).await?;
    let listener = http::server::bind(listen).await?;
    announce(&app).await?;
    let role = app.settings.role;
    let router = if role.answers() { http::router(app.clone())? } else { http::health::only(app.clone())? };
    let working = app.clone();
    let working = app.tasks.spawn(async move {
        if role.works() {
            worker::work(working).await;
        } else {
            worker::attend(working).await;
        }
    });
    app.tasks.spawn(storage::warn_if_listed(app.clone()));
    stop_on_signal(&app)?;
    let told = async {
        app.stopping.cancelled().await;
        Instant::now()
    };
    let ((), told) = tokio::join!(http::server::serve(app.clone(), listener, router), told);
    let _ = tokio::time::timeout_at(told + LAST_MOMENT, working).await;
    app.tasks.close();
    if tokio::time::timeout_at(told + LAST_TASKS, app.tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
    app.db.clone().close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Connections to hundreds of servers are open at once, and each is a file to the system: as many as it
/// allows at all.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::debug!(%error, "no more files can be opened at once than before");
    }
}

/// What a server holds as long as it runs.
struct Held {
    _folder: Serving,
    _database: Option<Arc<Presence>>,
}

/// Whoever finds nobody else at work on the database takes up at once what an earlier process had taken and
/// did not finish. Beside others its leases run out by themselves.
async fn hold(app: &App) -> anyhow::Result<Held> {
    let folder = storage::serving::begin(app).context("the data folder cannot be written")?;
    if folder.alone {
        sweep_temporary(app);
    }
    let Database::Postgres(address) = &app.settings.database else {
        if folder.alone {
            worker::take_over(app).await?;
        }
        return Ok(Held { _folder: folder, _database: None });
    };
    let (presence, first) = Presence::enter(address).await?;
    if first {
        worker::take_over(app).await?;
        presence.stay().await?;
    }
    let presence = Arc::new(presence);
    let (lasting, stopping) = (presence.clone(), app.stopping.clone());
    app.tasks.spawn(async move { stopping.run_until_cancelled(lasting.last()).await });
    Ok(Held { _folder: folder, _database: Some(presence) })
}

/// Files that an earlier process left half-written; for whoever is alone with the folder.
fn sweep_temporary(app: &App) {
    for entry in std::fs::read_dir(app.blobs.temp_dir()).into_iter().flatten().flatten() {
        if let Err(error) = std::fs::remove_file(entry.path()) {
            tracing::debug!(%error, "a temporary file could not be removed");
        }
    }
}

/// Says where the server is, and prints the owner's link while there is no owner.
async fn announce(app: &App) -> anyhow::Result<()> {
    let listen = app.settings.listen;
    let here = match app.public() {
        Some(public) => public.origin.clone(),
        None => format!("http://localhost:{}", listen.port()),
    };
    println!("Cyanotype {} is listening on http://{listen}", env!("CARGO_PKG_VERSION"));
    println!("Open {here}");
    if app.public().is_none() {
        println!("No public address is set: nothing federates. Set public_address in cyanotype.toml to change that.");
    }
    if store::accounts::owner(&app.db.read).await?.is_none() {
        let link = sessions::make_link(app, sessions::OWNER_LINK, None).await?;
        println!("Create the owner's account here (works once, for a day): {here}/welcome/{link}");
    }
    Ok(())
}

/// The first SIGTERM or SIGINT drains; a second one ends the process at once.
fn stop_on_signal(app: &App) -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let stopping = app.stopping.clone();
    // Outside the tracker: it waits for signals as long as the process lives.
    #[allow(clippy::disallowed_methods, reason = "ends with the process, nothing to wait for")]
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        tracing::info!("stopping: open requests and running jobs may end");
        stopping.cancel();
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            () = tokio::time::sleep(LAST_MOMENT) => {}
        }
        tracing::warn!("stopping at once");
        std::process::exit(1);
    });
    Ok(())
}

/// Asks `/readyz` of the server these settings describe.
pub async fn health(settings: &Settings) -> anyhow::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut address = settings.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let answer = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok::<_, std::io::Error>(text)
    };
    let text = tokio::time::timeout(Duration::from_secs(5), answer).await.context("no answer within 5 s")??;
    anyhow::ensure!(text.starts_with("HTTP/1.1 200"), "not ready: {}", text.lines().last().unwrap_or_default());
    println!("ready");
    Ok(())
}
