//! Measures homes of large servers, for `benches/timelines/run`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a measuring program, not the server")]

#[path = "../../tests/all/support/copies.rs"]
mod copies;
mod crowd;
mod here;

use anyhow::{Context, ensure};
use crowd::Crowd;
use here::Here;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How large a server is made.
#[derive(Debug, Clone)]
pub struct Size {
    pub posts: u64,
    /// How many of the newest posts carry their photo.
    pub photos: u64,
    /// People with a full home, besides those who are measured.
    pub homes: u64,
    pub followers: u64,
}

/// How many people each of those who are measured follows.
const FOLLOWS: [u64; 3] = [10, 500, 5_000];
/// Pages turned, and how often all of them.
const PAGES: usize = 5;
const ROUNDS: usize = 400;

fn main() -> anyhow::Result<()> {
    let given: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let option = |name: &str| given.iter().position(|a| a == name).and_then(|at| given.get(at + 1)).cloned();
    let number = |name: &str, usual: u64| option(name).map_or(Ok(usual), |text| text.parse());
    let posts = option("--posts").unwrap_or_else(|| "10000,1000000".to_owned());
    let (photos, homes) = (number("--photos", 100_000)?, number("--homes", 5_000)?);
    let followers = number("--followers", 100_000)?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut all = Vec::new();
    for posts in posts.split(',') {
        let posts = posts.trim().parse().context("--posts")?;
        let size = Size { posts, photos: photos.min(posts), homes, followers };
        let temporary = tempfile::tempdir()?;
        let folder = option("--keep").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
        all.extend(runtime.block_on(measure(&folder, option("--postgres").as_deref(), &size))?);
    }
    let (least, most) = all.iter().fold((f64::MAX, 0.0_f64), |(least, most), p99| (least.min(*p99), most.max(*p99)));
    println!("\np99 of home: the largest is {:.2} times the smallest", most / least);
    Ok(())
}

/// Fills a database and measures it; the p99 of each home, in milliseconds.
async fn measure(folder: &Path, postgres: Option<&str>, size: &Size) -> anyhow::Result<Vec<f64>> {
    let since = Instant::now();
    let here = Here::open(folder, postgres).await?;
    let crowd = Crowd::gather(&here, size).await.context("the database could not be filled")?;
    let engine = postgres.map_or("SQLite", |_| "PostgreSQL");
    println!(
        "\n{engine}: {} posts, {} of them with a photo, {} home entries, {} MiB, made in {:.0} s",
        size.posts,
        size.photos,
        crowd.count("home_entry").await?,
        crowd.mib().await?,
        since.elapsed().as_secs_f64()
    );
    println!("{:<22} {:>8} {:>8} {:>8} {:>8}", "follows", "answers", "p50 ms", "p99 ms", "most ms");
    let mut p99 = Vec::new();
    for (follows, reader) in FOLLOWS.iter().zip(&crowd.readers) {
        // Once before, so that what is read often is in memory, as in use.
        turn_pages(&here, reader, 40).await?;
        let times = turn_pages(&here, reader, ROUNDS).await?;
        p99.push(say(&follows.to_string(), &times));
    }
    if size.followers > 0 {
        spread(&here, &crowd, size.followers).await?;
    }
    here.close().await?;
    Ok(p99)
}

/// Turns so many pages of a home, so often; milliseconds, the shortest first.
async fn turn_pages(here: &Here, token: &str, rounds: usize) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut before = String::new();
        for _ in 0..PAGES {
            let path = format!("/api/v1/timelines/home?{before}&call={}", here.number());
            let since = Instant::now();
            let page = here.get(&path, token).await?;
            times.push(since.elapsed().as_secs_f64() * 1e3);
            let items = page.as_array().context("no list")?;
            ensure!(items.len() == 20, "{} items", items.len());
            before = format!("max_id={}", items[19]["id"].as_str().context("no id")?);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Prints a line; the p99.
fn say(what: &str, times: &[f64]) -> f64 {
    let at = |part: f64| times[((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1];
    println!("{what:<22} {:>8} {:>8.2} {:>8.2} {:>8.2}", times.len(), at(0.5), at(0.99), at(1.0));
    at(0.99)
}

/// Somebody whom very many follow posts, while others go on.
async fn spread(here: &Here, crowd: &Crowd, followers: u64) -> anyhow::Result<()> {
    let done = Arc::new(AtomicBool::new(false));
    let work = tokio::spawn(cyanotype::worker::work(here.app.clone()));
    let (reader, writer) = (others(here, crowd, &done, false), others(here, crowd, &done, true));
    let spreading = async {
        let since = Instant::now();
        let post = here.post_photo(&crowd.celebrity).await?;
        let accepted = since.elapsed();
        while crowd.homes_with(post).await? < followers + 1 {
            ensure!(since.elapsed() < Duration::from_secs(300), "it never comes to everybody");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        done.store(true, Ordering::Relaxed);
        anyhow::Ok((accepted, since.elapsed()))
    };
    let (read, written, spread) = tokio::join!(reader, writer, spreading);
    let (accepted, everywhere) = spread?;
    println!(
        "\na post to {followers} followers here: accepted after {:.2} s, in all homes {:.2} s later; meanwhile",
        accepted.as_secs_f64(),
        (everywhere - accepted).as_secs_f64()
    );
    for (what, waits) in [("pages of a home", read?), ("answers written", written?)] {
        let (mut times, (longest, at)) = (waits.iter().map(|w| w.0).collect::<Vec<_>>(), longest(&waits));
        times.sort_by(f64::total_cmp);
        say(what, &times);
        println!("  the longest, {longest:.0} ms, was asked for after {at:.2} s");
    }
    here.app.stopping.cancel();
    work.await?;
    Ok(())
}

/// How long the longest took, and when it began.
fn longest(waits: &[(f64, f64)]) -> (f64, f64) {
    waits.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

/// Reads or writes until `done`; milliseconds each took, and after how many seconds it began.
async fn others(here: &Here, crowd: &Crowd, done: &AtomicBool, write: bool) -> anyhow::Result<Vec<(f64, f64)>> {
    let (mut waits, begun) = (Vec::new(), Instant::now());
    while !done.load(Ordering::Relaxed) {
        let since = Instant::now();
        if write {
            here.answer(&crowd.readers[0], crowd.newest).await?;
        } else {
            here.get(&format!("/api/v1/timelines/home?call={}", here.number()), &crowd.readers[1]).await?;
        }
        waits.push((since.elapsed().as_secs_f64() * 1e3, (since - begun).as_secs_f64()));
        // As people do, not as a mill.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(waits)
}
