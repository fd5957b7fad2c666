//! `media sweep`: a line for each thing found, and what they come to.

use crate::app::App;
use crate::service::storage::sweeping::{self, Found};
use crate::service::views::iso;
use std::time::{SystemTime, UNIX_EPOCH};

pub async fn run(app: &App, delete: bool) -> anyhow::Result<()> {
    let sum = sweeping::sweep(app, delete, |found| println!("{}", line(found))).await?;
    println!(
        "{} files that no row knows, {} temporary files, {} bytes in both; {} uploads that were never ended; {} rows \
         whose file is not there.",
        sum.orphans, sum.temporary, sum.bytes, sum.parts, sum.missing
    );
    if sum.orphans + sum.temporary + sum.parts > 0 {
        println!(
            "{}",
            if delete {
                "The files and uploads are deleted."
            } else {
                "Run with --delete to delete the files and uploads."
            }
        );
    }
    if sum.missing > 0 {
        println!(
            "`media rebuild --all` makes sizes again whose original is there; what else is missing must come from a backup."
        );
    }
    if sum.elsewhere > 0 {
        println!("{} files lie where nothing is put any more: `media move` takes them over.", sum.elsewhere);
    }
    Ok(())
}

fn line(found: &Found) -> String {
    match found {
        Found::Orphan { place, file } => {
            format!("orphan\t{place}\t{}\t{} bytes\t{}", file.key, file.bytes, date(file.modified))
        }
        Found::Missing { key, photo_id: Some(photo) } => format!("missing\t{key}\tphoto {photo}"),
        Found::Missing { key, photo_id: None } => format!("missing\t{key}"),
        Found::Parts { key, begun } => format!("upload\t{key}\t{}", date(*begun)),
        Found::Temporary { path, bytes } => format!("temporary\t{}\t{bytes} bytes", path.display()),
    }
}

fn date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    iso(i64::try_from(since).unwrap_or(i64::MAX))
}
