//! Measures reading through the client API, for `benches/api/run`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a measuring program, not the server")]

#[path = "../../tests/all/support/copies.rs"]
mod copies;
mod gallery;
mod load;
mod rows;

use anyhow::{Context, ensure};
use gallery::Gallery;
use load::Server;
use std::path::Path;
use std::time::Duration;

/// Name of the server that is measured.
const HOST: &str = "photos.test";

fn main() -> anyhow::Result<()> {
    let given: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let option = |name: &str| given.iter().position(|a| a == name).and_then(|at| given.get(at + 1)).cloned();
    let sizes = option("--posts").map_or(Ok(vec![1_000, 100_000]), |text| text.parse().map(|posts| vec![posts]))?;
    let seconds = option("--seconds").map_or(Ok(10), |text| text.parse())?;
    let connections = option("--connections").map_or(Ok(16), |text| text.parse())?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    rows::count();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for posts in sizes {
            measure(posts, Duration::from_secs(seconds), connections).await?;
        }
        Ok(())
    })
}

/// The settings of a server over a folder, as environment variables have them.
fn settings(folder: &Path, listen: &str) -> Vec<(String, String)> {
    [
        ("CYANOTYPE_PUBLIC_ADDRESS", format!("https://{HOST}")),
        ("CYANOTYPE_DATA_DIR", folder.join("data").display().to_string()),
        ("CYANOTYPE_LISTEN", listen.to_owned()),
        ("CYANOTYPE_LOG", "warn".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

async fn measure(posts: u64, time: Duration, connections: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let gallery = Gallery::hang(folder.path(), posts).await.context("the database could not be filled")?;
    let statements = gallery.statements(folder.path()).await?;
    let server = Server::start(folder.path()).await?;
    println!("\n{posts} posts, {} MiB of database", gallery.mib(folder.path())?);
    println!(
        "{:<26} {:>5} {:>6} {:>9} {:>7} {:>7} {:>8} {:>10} {:>6} {:>9} {:>7} {:>8}",
        "list",
        "items",
        "KiB",
        "a second",
        "p50 ms",
        "p99 ms",
        "most ms",
        "statements",
        "rows",
        "KiB read",
        "CPU ms",
        "RSS MiB"
    );
    for ((name, path), cost) in gallery.lists().iter().zip(statements) {
        let (items, bytes) = server.once(path, gallery.token(0)).await?;
        ensure!(items > 0, "{path} is empty");
        for (again, (statements, rows)) in [false, true].into_iter().zip(cost) {
            // Caches are as they are in use.
            server.ask(path, &gallery, Duration::from_millis(500), connections, again).await?;
            let before = server.used()?;
            let answers = server.ask(path, &gallery, time, connections, again).await?;
            let (used, count) = (server.used()?, answers.len());
            let each = |now: f64, then: f64| (now - then) / count as f64;
            let name = if again { format!("{name}, again") } else { (*name).to_owned() };
            println!(
                "{name:<26} {items:>5} {:>6.0} {:>9.0} {:>7.1} {:>7.1} {:>8.1} {statements:>10} {rows:>6} {:>9.1} {:>7.3} {:>8.0}",
                bytes as f64 / 1024.0,
                count as f64 / time.as_secs_f64(),
                answers.at(0.5),
                answers.at(0.99),
                answers.at(1.0),
                each(used.read_kib, before.read_kib),
                each(used.cpu, before.cpu) * 1e3,
                used.memory_mib,
            );
        }
    }
    Ok(())
}
