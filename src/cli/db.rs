//! `db …`: moving the whole database.

use super::progress::Line;
use crate::config::Database;
use crate::store::copy::{self, Progress, Source, Sum, Target};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Copy everything from one database into another, of either kind, and compare row by row. No server may
    /// run over either of them meanwhile.
    Copy {
        /// sqlite://FILE or postgres://…
        from: Database,
        /// An empty database of PostgreSQL, or a file that is not there yet.
        to: Database,
        /// Copy and compare beside running servers, say how long it took, and take the copy back.
        #[arg(long)]
        rehearse: bool,
    },
}

pub async fn run(command: Db) -> anyhow::Result<()> {
    let Db::Copy { from, to, rehearse } = command;
    let begun = std::time::Instant::now();
    let mut source = if rehearse { Source::beside(&from).await? } else { Source::alone(&from).await? };
    let target = Target::open(&to).await?;
    let mut line = Line::new();
    let copied = copy::copy(&mut source, target, |progress| line.say(|| words(progress))).await?;
    let rows: u64 = copied.sums.iter().map(|sum| sum.rows).sum();
    let tables = copied.sums.len();
    line.end(&copied.sums.iter().map(said).collect::<Vec<_>>().join("\n"));
    for table in &copied.left_out {
        println!("left out\t{table}\tnot a table of Cyanotype's");
    }
    if rehearse {
        copied.take_back().await;
    } else {
        copied.keep().await?;
    }
    source.close().await?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{tables} tables, {rows} rows, the same in both: copied and compared in {seconds:.1} s.");
    if rehearse {
        println!("That was to see how it goes: nothing of it is kept in {}.", copy::name(&to));
    } else {
        println!("Set `database` to the second address and start the server. The first one stays as it is.");
    }
    Ok(())
}

/// Name, rows and checksum of a table.
fn said(sum: &Sum) -> String {
    format!("{}\t{}\t{}", sum.table, sum.rows, sum.sha256)
}

/// How far it has come.
pub fn words(progress: Progress<'_>) -> String {
    let what = if progress.comparing { "compared" } else { "copied" };
    format!("{} of {} tables {what}, {} rows; at {}.", progress.done, progress.of, progress.rows, progress.table)
}
